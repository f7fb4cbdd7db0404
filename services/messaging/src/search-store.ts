import type { Tx } from '@carethread/bus/transaction.ts';
import type { PrincipalId, ThreadId } from '@carethread/contracts/ids.ts';
import { configurationOf, type Language } from './language.ts';

/** SQL: what a text can be found by: its words as they are, and by their stems. */
export const wordsOf = (body: string, configuration: string): string =>
  `to_tsvector('search_simple', ${body}) || to_tsvector(${configuration}::regconfig, ${body})`;

const insert = `INSERT INTO search_entry (id, kind, thread_id, reader_ids, words)
  VALUES ($1, $2, $3, $4, ${wordsOf('$5', '$6')})`;

/** Lets a message or note be found by those who may read it. */
export function saveEntry(
  tx: Tx,
  { id, kind, threadId }: { id: string; kind: 'message' | 'note'; threadId: ThreadId },
  readers: readonly PrincipalId[],
  { body, language }: { body: string; language: Language | null },
): void {
  tx.send(insert, [id, kind, threadId, readers, body, configurationOf(language)]);
}

const rewrite = `UPDATE search_entry SET words = ${wordsOf('$2', '$3')} WHERE id = $1`;

export const rewriteEntry = (tx: Tx, id: string, body: string, language: Language | null): void =>
  tx.send(rewrite, [id, body, configurationOf(language)]);

export const dropEntry = (tx: Tx, id: string): void =>
  tx.send('DELETE FROM search_entry WHERE id = $1', [id]);

const followMembers = `UPDATE search_entry SET reader_ids = ARRAY(
    SELECT principal_id FROM member WHERE member.thread_id = $1 AND left_at IS NULL
      AND (search_entry.kind = 'message' OR role <> 'patient'))
  WHERE thread_id = $1`;

/** What can be found of a thread follows its members, who were changed before. */
export const followReaders = (tx: Tx, threadId: ThreadId): void => tx.send(followMembers, [threadId]);
