import { createHash } from 'node:crypto';
import type { MessageId, PrescriptionId, PrincipalId, ThreadId, UserId } from '@carethread/contracts/ids.ts';
import { refuse, type Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Language } from './language.ts';
import { type Mention, mentionedMembers } from './mention.ts';
import type { Notice } from './status-notice.ts';
import { type Thread, threadStatus } from './thread.ts';

export const longestBody = 10_000;

// Line break and tab are the only control characters a text needs; a lone half of a surrogate pair is no character.
const unwanted = /[^\P{Cc}\n\t]/u;
const characters = (text: string) => [...text].length;

/** What a person is writing: line ends as \n, composed form (NFC), at most 10,000 characters. */
export const unfinishedSchema = z
  .string()
  .transform((text) => text.replaceAll('\r\n', '\n').normalize('NFC'))
  .refine((text) => characters(text) <= longestBody, `must have at most ${longestBody} characters`)
  .refine((text) => text.isWellFormed() && !unwanted.test(text), 'must not contain control characters');

/** A person's text: the same, and not blank. */
export const bodySchema = unfinishedSchema.refine((text) => text.trim() !== '', 'must not be empty');

/** What somebody asks to be sent. */
export interface Draft {
  readonly clientId: string;
  readonly body: string;
  readonly replyToId: MessageId | null;
  readonly prescriptionId: PrescriptionId | null;
  /** It says how to take or use a medicine. */
  readonly instructions: boolean;
  readonly mentions: readonly Mention[];
  /** As the sender gave it, or as the text seems to be; null: not known. */
  readonly language: Language | null;
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
  /** Null once it was deleted. */
  readonly body: string | null;
  readonly notice: Notice | null;
  readonly replyTo: number | null;
  readonly prescriptionId: PrescriptionId | null;
  readonly sentAt: Date;
  readonly instructions: boolean;
  readonly language: Language | null;
  /** Null: none. */
  readonly mentions: readonly Mention[] | null;
  /** 1, and one more with every edit. */
  readonly version: number;
  readonly editedAt: Date | null;
  readonly deletedAt: Date | null;
  readonly deletedBy: string | null;
}

/** What was found when a draft arrived. */
export interface Situation {
  /** Null: there is no such thread, or it is not the sender's. */
  readonly thread: Thread | null;
  /** What the same person sent under the same client id before. */
  readonly earlier: Message | null;
  readonly blocked: boolean;
  /** What was sent under the client id before was purged. */
  readonly spent: boolean;
  /** The message answered, as far as the sender may see it. */
  readonly answered: Pick<Message, 'threadId' | 'number'> | null;
}

export type Sending = { readonly kind: 'new' | 'repeat'; readonly message: Message; readonly thread: Thread };

/** SHA-256 over what makes two requests the same. */
export const fingerprintOf = (
  threadId: ThreadId,
  { body, replyToId, prescriptionId, instructions, mentions }: Draft,
): string => {
  const content: unknown[] = [threadId, body, replyToId, prescriptionId];
  // What came later counts only where it was given, so that older messages keep their fingerprints.
  if (instructions) content.push('instructions');
  if (mentions.length > 0) content.push(mentions);
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
};

export const routingOf = ({ replyToId }: Draft): 'direct' | 'reply' =>
  replyToId === null ? 'direct' : 'reply';

/** Decides about a draft. A repeat is answered even after the thread has closed: it has been sent. */
export function decideSending(
  { thread, earlier, spent, blocked, answered }: Situation,
  draft: Draft,
  author: { id: MessageId; principalId: PrincipalId; userId: UserId },
  now: Date,
): Sending | Refusal {
  if (!thread) return unknownThread;
  const fingerprint = fingerprintOf(thread.id, draft);
  // Of a deleted message nothing is kept that its text could be guessed from.
  if (earlier && (earlier.fingerprint ?? fingerprint) === fingerprint)
    return { kind: 'repeat', message: earlier, thread };
  if (earlier) return otherContent();
  if (spent) return purgedMessage;
  if (blocked) return blockedSender;
  if (threadStatus(thread.ticketStatus) === 'CLOSED') return closedThread;
  if (draft.replyToId !== null && answered?.threadId !== thread.id)
    return refuse('NOT_FOUND', 'There is no such message in this thread to reply to.', {
      path: ['input', 'replyToId'],
    });
  if (mentionedMembers(draft.mentions).some((id) => !thread.memberIds.includes(id))) return unknownMember;
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
    instructions: draft.instructions,
    mentions: draft.mentions,
    language: draft.language,
    ...firstVersion,
  };
  return { kind: 'new', message, thread };
}

/** What a message that was never changed says about its changes. */
export const firstVersion = { version: 1, editedAt: null, deletedAt: null, deletedBy: null } as const;

/** The refusal of a thread that can only be read. */
export const closedThread: Refusal = refuse(
  'ILLEGAL_MOVE',
  'This thread is closed, because its ticket has ended.',
  { currentStatus: 'CLOSED' },
);

/** The refusal of somebody whom a moderator keeps from sending. */
export const blockedSender: Refusal = refuse('BLOCKED', 'A moderator decided that you may not send here.');
const purgedMessage: Refusal = refuse(
  'EXPIRED',
  'This was sent before, and the time messages are kept for is over.',
  { path: ['input', 'clientId'] },
);

/** The refusal of a mention of somebody who takes no part. */
export const unknownMember: Refusal = refuse('NOT_FOUND', 'Only members of the thread can be mentioned.', {
  path: ['input', 'mentions'],
});

/** The refusal of whoever is no member, or where there is nothing. */
export const unknownThread: Refusal = refuse('NOT_FOUND', 'There is no such thread.', { path: ['input'] });

/** The refusal of a client id that stands for another message. */
export const otherContent = (): Refusal =>
  refuse('IDEMPOTENCY_MISMATCH', 'This clientId was used before for another message.', {
    path: ['input', 'clientId'],
  });
