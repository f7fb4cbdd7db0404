import type { Handler } from '@carethread/bus/handlers.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { EventEnvelope } from '@carethread/contracts/define-event.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { ticketCancelled, ticketExpired, ticketGivenBack, ticketNotFulfilled } from '../ending.ts';
import type { Prescription } from '../prescription.ts';
import { checkAgain, type Reacting, saveIf } from '../react.ts';
import { onTicket } from '../renewal/follow.ts';
import { causeOfEvent } from '@carethread/service-kit/cause.ts';
import { lockPrescriptionOfTicket } from '../store/load.ts';
import { lockRenewalOfTicket, saveRenewal } from '../store/renewal-store.ts';
import { isEnded } from '../ticket-copy.ts';

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
    if (followed.length === 0) return;
    if (prescription) await react(tx, event, prescription, by);
    // After the prescription: whoever takes both locks takes them in this order.
    await endRenewal(tx, event, by);
  };

/** A renewal whose ticket has ended is over; payments hears of it as well, and sees to the money. */
async function endRenewal(tx: Tx, event: EventEnvelope<TicketMoved>, { now }: Reacting): Promise<void> {
  if (!isEnded(event.data.to)) return;
  const renewal = await lockRenewalOfTicket(tx, event.data.ticketId);
  const settled = renewal && onTicket(renewal, event.data, now());
  if (settled) saveRenewal(tx, renewal, settled, causeOfEvent(event));
}

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
