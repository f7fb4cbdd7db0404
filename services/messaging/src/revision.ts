import { isDeepStrictEqual } from 'node:util';
import type { UserId } from '@carethread/contracts/ids.ts';
import { refuse, type Refusal, staleVersion } from '@carethread/service-kit/refusal.ts';
import { type Mention, mentionedMembers } from './mention.ts';
import { blockedSender, closedThread, type Message, unknownMember } from './message.ts';
import { type Thread, threadStatus } from './thread.ts';

/** What an author wants a message to say. */
export interface Edit {
  readonly body: string;
  readonly mentions: readonly Mention[];
  readonly expectedVersion: number;
}

/** A message and its thread, as far as whoever wants to change it may see them. */
export interface Found {
  readonly thread: Thread | null;
  readonly message: Message | null;
  /** A moderator keeps them from sending in the thread. */
  readonly blocked: boolean;
}

export interface Editing {
  /** `same`: the message says this already, by the edit that is asked for. */
  readonly kind: 'edited' | 'same';
  readonly message: Message;
  readonly thread: Thread;
}

/**
 * Decides about an edit. An edit that was made already, by the same request or by another device with the same words, is
 * answered; delete beats edit.
 * @param windowMs how long after sending a message can be edited
 */
export function decideEditing(
  { thread, message, blocked }: Found,
  { body, mentions, expectedVersion }: Edit,
  editor: UserId,
  { now, windowMs }: { now: Date; windowMs: number },
): Editing | Refusal {
  if (!thread || !message) return unknownMessage;
  if (message.sentBy !== editor) return notTheAuthor;
  if (message.deletedAt) return deletedMessage;
  const { version } = message;
  const saysSo = message.body === body && isDeepStrictEqual(message.mentions ?? [], [...mentions]);
  if (version === expectedVersion + 1 && saysSo) return { kind: 'same', message, thread };
  if (version !== expectedVersion) return staleVersion(expectedVersion, version);
  if (saysSo) return { kind: 'same', message, thread };
  if (blocked) return blockedSender;
  if (threadStatus(thread.ticketStatus) === 'CLOSED') return closedThread;
  if (isActedUpon(message, thread)) return actedUpon;
  if (mentionedMembers(mentions).some((id) => !thread.memberIds.includes(id))) return unknownMember;
  if (now.getTime() > message.sentAt.getTime() + windowMs)
    return refuse('EXPIRED', 'This was sent too long ago to be edited. Send a correction instead.');
  const edited = { ...message, body, mentions, version: version + 1, editedAt: now };
  return { kind: 'edited', message: edited, thread };
}

export interface Deleting {
  /** `same`: it was deleted before. */
  readonly kind: 'deleted' | 'same';
  readonly message: Message;
  readonly thread: Thread;
}

/** Decides whether an author's message goes. It needs no version: delete beats edit. */
export function decideDeleting({ thread, message }: Found, author: UserId): Deleting | Refusal {
  if (!thread || !message) return unknownMessage;
  if (message.sentBy !== author) return notTheAuthor;
  if (message.deletedAt) return { kind: 'same', message, thread };
  return isActedUpon(message, thread) ? actedUpon : { kind: 'deleted', message, thread };
}

/** What a medicine was handed over by is not changed afterwards: only a new message can correct it. */
const isActedUpon = ({ instructions, prescriptionId }: Message, { dispensedAt }: Thread): boolean =>
  dispensedAt !== null && (instructions || prescriptionId !== null);

const path = ['input', 'messageId'];
/** The refusal of whoever cannot see a message, or where there is none. */
export const unknownMessage = refuse('NOT_FOUND', 'There is no such message.', { path });
const notTheAuthor = refuse('NOT_ALLOWED', 'Only who wrote a message can change it.', { path });
const deletedMessage = refuse('ILLEGAL_MOVE', 'This message was deleted.', { currentStatus: 'DELETED' });
const actedUpon = refuse(
  'ILLEGAL_MOVE',
  'Medicine was handed over after this message, so it stays as it is. Send a correction instead.',
  { currentStatus: 'ACTED_UPON' },
);
