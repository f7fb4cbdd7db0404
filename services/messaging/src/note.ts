import { createHash } from 'node:crypto';
import type { NoteId, PrincipalId, ThreadId, UserId } from '@carethread/contracts/ids.ts';
import { refuse, type Refusal } from '@carethread/service-kit/refusal.ts';
import { type Hearer, type Mention, mentionedMembers } from './mention.ts';
import { otherContent, unknownThread } from './message.ts';
import type { Thread } from './thread.ts';

/** What staff write to each other beside a thread. The patient never learns that there is anything. */
export interface Note {
  readonly id: NoteId;
  readonly threadId: ThreadId;
  /** 1, 2, 3 … among the notes of a thread. */
  readonly number: number;
  readonly change: number;
  readonly senderId: PrincipalId;
  readonly sentBy: UserId;
  readonly clientId: string;
  /** Null once it was deleted. */
  readonly fingerprint: string | null;
  readonly body: string | null;
  readonly mentions: readonly Mention[] | null;
  readonly sentAt: Date;
  readonly deletedAt: Date | null;
}

/** Numbers of a thread's notes. */
export interface NoteBook {
  readonly lastNumber: number;
  readonly version: number;
}
export const emptyBook: NoteBook = { lastNumber: 0, version: 0 };

export interface NoteDraft {
  readonly threadId: ThreadId;
  readonly clientId: string;
  readonly body: string;
  readonly mentions: readonly Mention[];
}

export const noteFingerprint = ({ threadId, body, mentions }: NoteDraft): string =>
  createHash('sha256')
    .update(JSON.stringify(['note', threadId, body, mentions]))
    .digest('hex');

/** Members who may read notes: all but the patient. */
export const staffIn = (members: readonly Hearer[]): Hearer[] =>
  members.filter(({ role }) => role !== 'patient');

export interface NoteSituation {
  readonly thread: Thread | null;
  readonly members: readonly Hearer[];
  readonly book: NoteBook;
  /** What the same person wrote under the same client id before. */
  readonly earlier: Note | null;
}
export type NoteWriting = { readonly kind: 'new' | 'repeat'; readonly note: Note };

/** Decides about a note. Notes may be written after a thread has closed: they are for the record, not for talk. */
export function decideNote(
  { thread, members, book, earlier }: NoteSituation,
  draft: NoteDraft,
  author: { id: NoteId; principalId: PrincipalId; userId: UserId },
  now: Date,
): NoteWriting | Refusal {
  if (!thread) return unknownThread;
  const staff = staffIn(members).map(({ principalId }) => principalId);
  if (!staff.includes(author.principalId)) return notStaff;
  const fingerprint = noteFingerprint(draft);
  if (earlier)
    return (earlier.fingerprint ?? fingerprint) === fingerprint
      ? { kind: 'repeat', note: earlier }
      : otherContent();
  if (mentionedMembers(draft.mentions).some((id) => !staff.includes(id)) || mentionsPatient(draft))
    return unknownStaff;
  const { threadId, clientId, body, mentions } = draft;
  const note: Note = {
    id: author.id,
    threadId,
    number: book.lastNumber + 1,
    change: book.version + 1,
    senderId: author.principalId,
    sentBy: author.userId,
    clientId,
    fingerprint,
    body,
    mentions,
    sentAt: now,
    deletedAt: null,
  };
  return { kind: 'new', note };
}

const mentionsPatient = ({ mentions }: NoteDraft) => mentions.some(({ role }) => role === 'patient');

/** Decides whether a note goes; null: it went before. */
export function decideNoteDeletion(
  note: Note | null,
  by: UserId,
  book: NoteBook,
  now: Date,
): Note | null | Refusal {
  if (!note) return refuse('NOT_FOUND', 'There is no such note.', { path: ['input', 'noteId'] });
  if (note.sentBy !== by)
    return refuse('NOT_ALLOWED', 'Only who wrote a note can delete it.', { path: ['input', 'noteId'] });
  if (note.deletedAt) return null;
  return { ...note, body: null, fingerprint: null, mentions: null, deletedAt: now, change: book.version + 1 };
}

const notStaff = refuse('NOT_ALLOWED', 'Notes are for the staff of a thread.', { path: ['input'] });
const unknownStaff = refuse('NOT_FOUND', 'Only staff of the thread can be mentioned in a note.', {
  path: ['input', 'mentions'],
});
