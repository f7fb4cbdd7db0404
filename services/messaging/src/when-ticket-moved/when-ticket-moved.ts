import type { Handler } from '@carethread/bus/handlers.ts';
import type { EventData } from '@carethread/contracts/define-event.ts';
import type { TicketMoved } from '@carethread/contracts/events/tickets.ts';
import { causeOfEvent } from '@carethread/service-kit/cause.ts';
import { postNotice } from '../post-notice.ts';
import { seatParties } from '../seat-parties.ts';
import { threadStatus } from '../thread.ts';

// The time messages are kept for begins when the ticket ends, and not while it goes on.
const keepStatus = `UPDATE thread SET ticket_status = $2, ticket_version = $3,
    ended_at = CASE WHEN $4 THEN coalesce(ended_at, $5::timestamptz) END
  WHERE id = $1 AND ticket_version < $3`;

/** The thread follows the ticket's status, and says so once. A change of holder alone (from = to) is no news for it. */
export const whenTicketMoved: Handler<EventData<typeof TicketMoved>> = async (event, tx) => {
  const { ticketId, from, to, reason, version, pharmacyId } = event.data;
  // A ticket open to any pharmacy gets one by being claimed; a move without a pharmacy takes nobody away.
  const parties = pharmacyId === null ? {} : { pharmacy: { id: pharmacyId, version } };
  const thread = await seatParties(tx, { ticketId, parties }, causeOfEvent(event), event.occurredAt);
  const ended = threadStatus(to) === 'CLOSED';
  tx.send(keepStatus, [thread.id, to, version, ended, event.occurredAt]);
  if (from === to) return;
  await postNotice(tx, thread, event, { code: 'ticket.moved', params: { from, to, reason } });
};
