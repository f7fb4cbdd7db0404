import type { Handler } from '@carethread/bus/handlers.ts';
import type { EventData } from '@carethread/contracts/define-event.ts';
import type { TicketMoved } from '@carethread/contracts/events/tickets.ts';
import { causeOfEvent } from '@carethread/service-kit/cause.ts';
import { postNotice } from '../post-notice.ts';
import { seatParties } from '../seat-parties.ts';

const keepStatus = `UPDATE thread SET ticket_status = $2, ticket_version = $3 WHERE id = $1 AND ticket_version < $3`;

/** The thread follows the ticket's status, and says so once. A change of holder alone (from = to) is no news for it. */
export const whenTicketMoved: Handler<EventData<typeof TicketMoved>> = async (event, tx) => {
  const { ticketId, from, to, reason, version, pharmacyId } = event.data;
  // A ticket open to any pharmacy gets one by being claimed; a move without a pharmacy takes nobody away.
  const parties = pharmacyId === null ? {} : { pharmacy: { id: pharmacyId, version } };
  const thread = await seatParties(tx, { ticketId, parties }, causeOfEvent(event), event.occurredAt);
  tx.send(keepStatus, [thread.id, to, version]);
  if (from === to) return;
  await postNotice(tx, thread, event, { code: 'ticket.moved', params: { from, to, reason } });
};
