import { createHash } from 'node:crypto';
import type { MessageId, PrescriptionId, PrincipalId, ThreadId, UserId } from '@carethread/contracts/ids.ts';
import { refuse, type Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Notice } from './status-notice.ts';
import { type Thread, threadStatus } from './thread.ts';

export const longestBody = 10_000;

// Line break and tab are the only control characters a text needs; a lone half of a surrogate pair is no character.
const unwanted = /[^\P{Cc}\n\t]/u;
const characters = (text: string) => [...text].length;

/** A person's text: line ends as \n, composed form (NFC), 1 to 10,000 characters, not blank. */
export const bodySchema = z
  .string()
  .transform((text) => text.replaceAll('\r\n', '\n').normalize('NFC'))
  .refine((text) => text.trim() !== '', 'must not be empty')
  .refine((text) => characters(text) <= longestBody, `must have at most ${longestBody} characters`)
  .refine((text) => text.isWellFormed() && !unwanted.test(text), 'must not contain control characters');

/** What somebody asks to be sent. */
export interface Draft {
  readonly clientId: string;
  readonly body: string;
  readonly replyToId: MessageId | null;
  readonly prescriptionId: PrescriptionId | null;
}

/** A message about to be stored, or stored. */
export interface Message {
  readonly id: MessageId;
  readonly threadId: ThreadId;
  readonly number: number;
  readonly kind: 'text' | 'system';
  readonly routing: 'direct' | 'reply' | 'auto';
  readonly senderId: PrincipalId | null;
  readonly sentBy: UserId | null;
  readonly clientId: string | null;
  readonly fingerprint: string | null;
  readonly body: string;
  readonly notice: Notice | null;
  readonly replyTo: number | null;
  readonly prescriptionId: PrescriptionId | null;
  readonly sentAt: Date;
}

/** What was found when a draft arrived. */
export interface Situation {
  /** Null: there is no such thread, or it is not the sender's. */
  readonly thread: Thread | null;
  /** What the same person sent under the same client id before. */
  readonly earlier: Message | null;
  /** The message answered, as far as the sender may see it. */
  readonly answered: Pick<Message, 'threadId' | 'number'> | null;
}

export type Sending = { readonly kind: 'new' | 'repeat'; readonly message: Message; readonly thread: Thread };

/** SHA-256 over what makes two requests the same. */
export const fingerprintOf = (threadId: ThreadId, { body, replyToId, prescriptionId }: Draft): string =>
  createHash('sha256')
    .update(JSON.stringify([threadId, body, replyToId, prescriptionId]))
    .digest('hex');

export const routingOf = ({ replyToId }: Draft): 'direct' | 'reply' =>
  replyToId === null ? 'direct' : 'reply';

/** Decides about a draft. A repeat is answered even after the thread has closed: it has been sent. */
export function decideSending(
  { thread, earlier, answered }: Situation,
  draft: Draft,
  author: { id: MessageId; principalId: PrincipalId; userId: UserId },
  now: Date,
): Sending | Refusal {
  if (!thread) return unknownThread;
  const fingerprint = fingerprintOf(thread.id, draft);
  if (earlier?.fingerprint === fingerprint) return { kind: 'repeat', message: earlier, thread };
  if (earlier) return otherContent();
  if (threadStatus(thread.ticketStatus) === 'CLOSED')
    return refuse('ILLEGAL_MOVE', 'This thread is closed, because its ticket has ended.', {
      currentStatus: 'CLOSED',
    });
  if (draft.replyToId !== null && answered?.threadId !== thread.id)
    return refuse('NOT_FOUND', 'There is no such message in this thread to reply to.', {
      path: ['input', 'replyToId'],
    });
  const message: Message = {
    id: author.id,
    threadId: thread.id,
    number: thread.lastNumber + 1,
    kind: 'text',
    routing: routingOf(draft),
    senderId: author.principalId,
    sentBy: author.userId,
    clientId: draft.clientId,
    fingerprint,
    body: draft.body,
    notice: null,
    replyTo: answered?.number ?? null,
    prescriptionId: draft.prescriptionId,
    sentAt: now,
  };
  return { kind: 'new', message, thread };
}

/** The refusal of whoever is no member, or where there is nothing. */
export const unknownThread: Refusal = refuse('NOT_FOUND', 'There is no such thread.', { path: ['input'] });

/** The refusal of a client id that stands for another message. */
export const otherContent = (): Refusal =>
  refuse('IDEMPOTENCY_MISMATCH', 'This clientId was used before for another message.', {
    path: ['input', 'clientId'],
  });
