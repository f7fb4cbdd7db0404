import type { Handler } from '@carethread/bus/handlers.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { EventEnvelope } from '@carethread/contracts/define-event.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { ticketCancelled, ticketExpired, ticketGivenBack, ticketNotFulfilled } from '../ending.ts';
import type { Prescription } from '../prescription.ts';
import { checkAgain, type Reacting, saveIf } from '../react.ts';
import { causeOfEvent } from '@carethread/service-kit/cause.ts';
import { lockPrescriptionOfTicket } from '../store/load.ts';

type TicketMoved = DataOf<'tickets.ticket.moved.v1'>;

const follow = `UPDATE ticket SET status = $2, pharmacy_id = $3, fence = $4, held = $5, sequence = $6,
    ended_fence = CASE WHEN $5 THEN ended_fence ELSE greatest(ended_fence, $4) END
  WHERE id = $1 AND sequence < $6 RETURNING id`;

/** Follows the ticket, and does what its move means for the prescription, under the lock that hand-over takes. */
export const whenTicketMoved =
  (by: Reacting): Handler<TicketMoved> =>
  async (event, tx) => {
    const { ticketId, to, pharmacyId, fence, held } = event.data;
    const [followed, prescription] = await Promise.all([
      tx.query(follow, [ticketId, to, pharmacyId, fence, held, event.sequence]),
      lockPrescriptionOfTicket(tx, ticketId),
    ]);
    if (followed.length > 0 && prescription) await react(tx, event, prescription, by);
  };

async function react(
  tx: Tx,
  event: EventEnvelope<TicketMoved>,
  prescription: Prescription,
  reacting: Reacting,
): Promise<void> {
  const { ticketId, from, to, reason } = event.data;
  const by = { ...reacting, cause: causeOfEvent(event) };
  const now = by.now();
  switch (to) {
    case 'received':
      // A claim, and not a colleague who takes over: the newest data decide whether it may be filled.
      if (from === 'sent') await checkAgain(tx, prescription, 'claim', by);
      return;
    case 'sent':
      return saveIf(tx, prescription, ticketGivenBack(prescription, ticketId), by);
    case 'cancel_marked':
    case 'cancelled': {
      const doctor = event.actorId === prescription.doctorId;
      return saveIf(tx, prescription, ticketCancelled(prescription, ticketId, { reason, doctor }, now), by);
    }
    case 'expired':
      return saveIf(tx, prescription, ticketExpired(prescription, ticketId, now), by);
    case 'not_fulfilled':
      return saveIf(tx, prescription, ticketNotFulfilled(prescription, ticketId, now), by);
    case 'created':
    case 'preparing':
    case 'ready':
    case 'closed':
      return;
    default:
      to satisfies never;
  }
}
