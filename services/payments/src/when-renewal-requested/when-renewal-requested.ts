import type { Handler } from '@carethread/bus/handlers.ts';
import type { TicketStatus } from '@carethread/contracts/events/tickets.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { causeOfEvent } from '@carethread/service-kit/cause.ts';
import { freshPayment } from '../decisions/request.ts';
import { ticketProblem } from '../decisions/start.ts';
import type { Foundation } from '../foundation.ts';
import { queueForTicket } from '../store/load.ts';
import { savePayment } from '../store/save.ts';

// The ticket is opened by the same event, and its own may come later: that one finds the row, and every move after it counts.
const keepTicket = `INSERT INTO ticket (id, status, patient_id, doctor_id, clinic_id, sequence)
  VALUES ($1, 'created', $2, $3, $4, 0) ON CONFLICT (id) DO NOTHING`;
const known = `SELECT status, EXISTS (SELECT 1 FROM payment WHERE subject_id = $2) AS asked FROM ticket WHERE id = $1`;

/**
 * A patient asks for a renewal that has a price: there is a payment for it, once. None when its ticket came to nothing
 * before; none when nothing is to be paid.
 */
export const whenRenewalRequested =
  (foundation: Foundation): Handler<DataOf<'prescriptions.renewal.requested.v1'>> =>
  async (event, tx) => {
    const { renewalId, ticketId, patientId, doctorId, clinicId, paymentId, amountMinor, currency } =
      event.data;
    if (paymentId === null || currency === null) return;
    const { provider, rules, now } = foundation;
    const amount = { minor: amountMinor, currency };
    const problem = provider.amountProblem(amount);
    // Set aside and seen: the price of a renewal is one that this provider cannot take.
    if (problem) throw new Error(`The price of a renewal cannot be taken: ${problem}`);
    queueForTicket(tx, ticketId);
    tx.send(keepTicket, [ticketId, patientId, doctorId, clinicId]);
    const [ticket] = await tx.query<{ status: TicketStatus; asked: boolean }>(known, [ticketId, renewalId]);
    if (!ticket || ticket.asked || ticketProblem(ticket.status)) return;
    const at = now();
    const fresh = freshPayment({
      id: paymentId,
      ticket: { id: ticketId, patientId, doctorId, clinicId },
      amount,
      purpose: 'renewal',
      subjectId: renewalId,
      requestedBy: null,
      requestedAt: at,
    });
    savePayment(tx, fresh, [{ type: 'requested' }], { cause: causeOfEvent(event), rules, now: at });
  };
