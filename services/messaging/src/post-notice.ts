import type { Tx } from '@carethread/bus/transaction.ts';
import type { EventEnvelope } from '@carethread/contracts/define-event.ts';
import { derivedId, type PrescriptionId } from '@carethread/contracts/ids.ts';
import { causeOfEvent } from '@carethread/service-kit/cause.ts';
import type { Message } from './message.ts';
import { messageById, saveMessage } from './message-store.ts';
import { type Notice, noticeText } from './status-notice.ts';
import type { Thread } from './thread.ts';

/** States a fact in a thread that is locked. The same event can never become two messages. */
export async function postNotice(
  tx: Tx,
  thread: Thread,
  event: EventEnvelope,
  notice: Notice,
  prescriptionId: PrescriptionId | null = null,
): Promise<void> {
  const message: Message = {
    id: derivedId<'Message'>(event.id, 'notice'),
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
    prescriptionId,
    sentAt: event.occurredAt,
  };
  if ((await messageById(tx, message.id)) === null) saveMessage(tx, thread, message, causeOfEvent(event));
}
