import type { Handler } from '@carethread/bus/handlers.ts';
import type { PaymentEndReason } from '@carethread/contracts/events/payments.ts';
import type { TicketStatus } from '@carethread/contracts/events/tickets.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { causeOfEvent } from '@carethread/service-kit/cause.ts';
import { changeKnown } from '../change-payment.ts';
import { endWithTicket } from '../decisions/end.ts';
import type { Foundation } from '../foundation.ts';
import { paymentsOf, queueForTicket } from '../store/load.ts';

const keep = `INSERT INTO ticket (id, status, patient_id, doctor_id, clinic_id, sequence) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (id) DO NOTHING`;
const follow = 'UPDATE ticket SET status = $2, sequence = $3 WHERE id = $1 AND sequence < $3 RETURNING id';
const handOver = 'UPDATE ticket SET part_handed_over = true WHERE id = $1';

/** A copy of the ticket: whose money it is. */
export const whenTicketOpened: Handler<DataOf<'tickets.ticket.opened.v1'>> = async (
  { data, sequence },
  tx,
) => {
  const { ticketId, status, patientId, doctorId, clinicId } = data;
  tx.send(keep, [ticketId, status, patientId, doctorId, clinicId, sequence]);
};

/** Follows the ticket. One that came to nothing takes its payments with it: voided, or paid back (P-09). */
export const whenTicketMoved =
  (foundation: Foundation): Handler<DataOf<'tickets.ticket.moved.v1'>> =>
  async (event, tx) => {
    const { ticketId, to } = event.data;
    const reason = endReason(to);
    if (reason) queueForTicket(tx, ticketId);
    const followed = await tx.query(follow, [ticketId, to, event.sequence]);
    if (followed.length === 0 || !reason) return;
    for (const paymentId of await paymentsOf(tx, ticketId))
      await changeKnown(tx, foundation, causeOfEvent(event), paymentId, ({ payment, ticket }, now) =>
        endWithTicket(payment, { reason, partHandedOver: ticket.partHandedOver }, now),
      );
  };

/** Something was handed over: should the ticket be cancelled after all, not everything goes back by itself. */
export const whenFillHandedOver: Handler<DataOf<'prescriptions.fill.handed_over.v1'>> = async (
  { data },
  tx,
) => tx.send(handOver, [data.ticketId]);

function endReason(status: TicketStatus): PaymentEndReason | null {
  switch (status) {
    case 'cancelled':
      return 'ticket_cancelled';
    case 'expired':
      return 'ticket_expired';
    case 'not_fulfilled':
      return 'ticket_not_fulfilled';
    case 'created':
    case 'sent':
    case 'received':
    case 'preparing':
    case 'ready':
    case 'closed':
    // Not yet: the pharmacy has to acknowledge first, and it may be too late.
    case 'cancel_marked':
      return null;
    default:
      return status satisfies never;
  }
}
