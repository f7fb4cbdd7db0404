import { emit } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import { NoteDeleted, NoteWritten } from '@carethread/contracts/events/messaging.ts';
import { derivedId, type NoteId, type ThreadId, type UserId } from '@carethread/contracts/ids.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import { announcedTo, type Hearer, mentionsColumn } from './mention.ts';
import { emptyBook, type Note, type NoteBook, staffIn } from './note.ts';
import { guessLanguage } from './language.ts';
import { dropEntry, saveEntry } from './search-store.ts';
import type { Thread } from './thread.ts';

const columns = `id, thread_id AS "threadId", number, change, sender_id AS "senderId", sent_by AS "sentBy",
  client_id AS "clientId", fingerprint, body, mentions, sent_at AS "sentAt", deleted_at AS "deletedAt"`;

/** The note book of a thread that is locked. */
export async function noteBookOf(tx: Tx, threadId: ThreadId): Promise<NoteBook> {
  const text = 'SELECT last_number AS "lastNumber", version FROM note_book WHERE thread_id = $1';
  return (await tx.query<NoteBook>(text, [threadId]))[0] ?? emptyBook;
}

export async function noteWrittenEarlier(tx: Tx, sentBy: UserId, clientId: string): Promise<Note | null> {
  const text = `SELECT ${columns} FROM note WHERE sent_by = $1 AND client_id = $2`;
  return (await tx.query<Note>(text, [sentBy, clientId]))[0] ?? null;
}

export async function noteById(tx: Tx, id: NoteId): Promise<Note | null> {
  return (await tx.query<Note>(`SELECT ${columns} FROM note WHERE id = $1`, [id]))[0] ?? null;
}

const keepBook = `INSERT INTO note_book (thread_id, last_number, version) VALUES ($1, $2, $3)
  ON CONFLICT (thread_id) DO UPDATE SET last_number = greatest(note_book.last_number, $2), version = $3`;
const insert = `INSERT INTO note (id, thread_id, number, change, sender_id, sent_by, client_id, fingerprint, body, mentions,
    sent_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;
const empty = `UPDATE note SET body = NULL, fingerprint = NULL, mentions = NULL, change = $2, deleted_at = $3 WHERE id = $1`;

/** Who is told of a note, and why. */
interface Telling {
  readonly thread: Thread;
  readonly members: readonly Hearer[];
  readonly cause: Cause;
}

/** Stores a note with its numbers and its event. Nothing of the thread itself moves: not even its time of activity. */
export function saveNote(tx: Tx, note: Note, telling: Telling): void {
  const { id, threadId, number, change, senderId, sentBy, clientId, fingerprint, body, sentAt } = note;
  const mentions = note.mentions ?? [];
  tx.send(keepBook, [threadId, number, change]);
  tx.send(insert, [
    id,
    threadId,
    number,
    change,
    senderId,
    sentBy,
    clientId,
    fingerprint,
    body,
    mentionsColumn(mentions),
    sentAt,
  ]);
  const readers = staffIn(telling.members).map(({ principalId }) => principalId);
  saveEntry(tx, { id, kind: 'note', threadId }, readers, { body: body!, language: guessLanguage(body!) });
  const announced = announcedTo(staffIn(telling.members), senderId, mentions);
  emit(tx, NoteWritten, { ...toldOf(note, telling), data: { ...aboutNote(note, telling), ...announced } });
}

export function saveNoteDeletion(tx: Tx, note: Note, telling: Telling): void {
  tx.send(keepBook, [note.threadId, note.number, note.change]);
  dropEntry(tx, note.id);
  tx.send(empty, [note.id, note.change, note.deletedAt]);
  emit(tx, NoteDeleted, { ...toldOf(note, telling), data: aboutNote(note, telling) });
}

const toldOf = ({ threadId, change }: Note, { cause }: Telling) => ({
  aggregateId: derivedId(threadId, 'notes'),
  sequence: change,
  ...cause,
});
const aboutNote = ({ id, threadId, number, change }: Note, { thread, members }: Telling) => ({
  threadId,
  ticketId: thread.ticketId,
  noteId: id,
  number,
  change,
  staffIds: staffIn(members).map(({ principalId }) => principalId),
});
