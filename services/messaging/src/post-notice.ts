import type { Tx } from '@carethread/bus/transaction.ts';
import type { EventEnvelope } from '@carethread/contracts/define-event.ts';
import { derivedId, type MessageId, type PrescriptionId } from '@carethread/contracts/ids.ts';
import { causeOfEvent } from '@carethread/service-kit/cause.ts';
import { firstVersion, type Message } from './message.ts';
import { hearersIn } from './member-store.ts';
import { messageById, saveMessage } from './message-store.ts';
import { type Notice, noticeText } from './status-notice.ts';
import type { Thread } from './thread.ts';

/** A message of the system, as the next of its thread. */
export const notice = (
  thread: Thread,
  what: Notice,
  { id, at, prescriptionId = null }: { id: MessageId; at: Date; prescriptionId?: PrescriptionId | null },
): Message => ({
  id,
  threadId: thread.id,
  number: thread.lastNumber + 1,
  kind: 'system',
  routing: 'auto',
  senderId: null,
  sentBy: null,
  clientId: null,
  fingerprint: null,
  body: noticeText(what),
  notice: what,
  replyTo: null,
  prescriptionId,
  sentAt: at,
  instructions: false,
  mentions: null,
  language: null,
  ...firstVersion,
});

/** States a fact in a thread that is locked. The same event can never become two messages. */
export async function postNotice(
  tx: Tx,
  thread: Thread,
  event: EventEnvelope,
  what: Notice,
  prescriptionId: PrescriptionId | null = null,
): Promise<void> {
  const { id: eventId, occurredAt: at } = event;
  const message = notice(thread, what, { id: derivedId<'Message'>(eventId, 'notice'), at, prescriptionId });
  const [stated, hearers] = await Promise.all([messageById(tx, message.id), hearersIn(tx, thread.id, at)]);
  if (stated === null) saveMessage(tx, thread, message, { cause: causeOfEvent(event), hearers });
}
