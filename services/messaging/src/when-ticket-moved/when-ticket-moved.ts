import type { Handler } from '@carethread/bus/handlers.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { EventData } from '@carethread/contracts/define-event.ts';
import type { TicketMoved } from '@carethread/contracts/events/tickets.ts';
import { derivedId } from '@carethread/contracts/ids.ts';
import { causeOfEvent } from '@carethread/service-kit/cause.ts';
import type { Message } from '../message.ts';
import { messageById, saveMessage } from '../message-store.ts';
import { seatParties } from '../seat-parties.ts';
import { type Notice, noticeText } from '../status-notice.ts';
import type { Thread } from '../thread.ts';

const keepStatus = `UPDATE thread SET ticket_status = $2, ticket_version = $3 WHERE id = $1 AND ticket_version < $3`;

/** The thread follows the ticket's status, and says so once. A change of holder alone (from = to) is no news for it. */
export const whenTicketMoved: Handler<EventData<typeof TicketMoved>> = async (event, tx) => {
  const { ticketId, from, to, reason, version, pharmacyId } = event.data;
  // A ticket open to any pharmacy gets one by being claimed; a move without a pharmacy takes nobody away.
  const parties = pharmacyId === null ? {} : { pharmacy: { id: pharmacyId, version } };
  const thread = await seatParties(tx, { ticketId, parties }, causeOfEvent(event), event.occurredAt);
  tx.send(keepStatus, [thread.id, to, version]);
  if (from === to) return;
  const message = noticeMessage(
    thread,
    event.id,
    { code: 'ticket.moved', params: { from, to, reason } },
    event.occurredAt,
  );
  if (!(await isPosted(tx, message))) saveMessage(tx, thread, message, causeOfEvent(event));
};

function noticeMessage(thread: Thread, eventId: string, notice: Notice, sentAt: Date): Message {
  return {
    // Made from the event: the same event can never become two messages.
    id: derivedId<'Message'>(eventId, 'notice'),
    threadId: thread.id,
    number: thread.lastNumber + 1,
    kind: 'system',
    routing: 'auto',
    senderId: null,
    sentBy: null,
    clientId: null,
    fingerprint: null,
    body: noticeText(notice),
    notice,
    replyTo: null,
    prescriptionId: null,
    sentAt,
  };
}

const isPosted = async (tx: Tx, { id }: Message): Promise<boolean> => (await messageById(tx, id)) !== null;
