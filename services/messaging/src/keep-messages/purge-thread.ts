import type { Tx } from '@carethread/bus/transaction.ts';
import { ThreadPurged } from '@carethread/contracts/events/messaging.ts';
import type { ThreadId } from '@carethread/contracts/ids.ts';
import { nobody } from '@carethread/service-kit/cause.ts';
import type { Retention } from '../retention.ts';
import { lockThread, ThreadNews } from '../thread-store.ts';
import { countUnread } from '../unread-sql.ts';
import { mayPurge } from './due-threads.ts';

/** Messages that go in one transaction. */
const slice = 1_000;

// Markers and counters first: nobody's marker points at what is gone, and what is gone is unread for nobody.
const moveMarkers = `UPDATE member SET read_up_to = greatest(read_up_to, $2), delivered_up_to = greatest(delivered_up_to, $2),
    shown_read_up_to = greatest(shown_read_up_to, $2), unread_count = CASE WHEN left_at IS NULL
      THEN ${countUnread('$1', 'member.principal_id', 'greatest(member.read_up_to, $2)')} ELSE 0 END
  WHERE thread_id = $1`;
const going = 'SELECT id FROM message WHERE thread_id = $1 AND number <= $2';
const spendClientIds = `INSERT INTO spent_client_id (sent_by, client_id)
  SELECT sent_by, client_id FROM message WHERE thread_id = $1 AND number <= $2 AND sent_by IS NOT NULL ON CONFLICT DO NOTHING`;
const remove = [
  `DELETE FROM search_entry WHERE id IN (${going})`,
  `DELETE FROM message_report WHERE message_id IN (${going})`,
  `DELETE FROM message_revision WHERE message_id IN (${going})`,
  `DELETE FROM held_copy WHERE message_id IN (${going})`,
  'DELETE FROM message WHERE thread_id = $1 AND number <= $2',
];
const removeRest = [
  `DELETE FROM search_entry WHERE thread_id = $1 AND kind = 'note'`,
  'DELETE FROM note WHERE thread_id = $1',
  'DELETE FROM held_copy WHERE thread_id = $1',
  'DELETE FROM draft WHERE thread_id = $1',
];
const keep = `UPDATE thread SET purged_up_to = $2, purged_at = $3, changes_from = $4, last_change = $5, version = $6
  WHERE id = $1`;

/** Purges the oldest messages of a thread, at most so many, if it is still due. Answers whether some are left. */
export async function purgeThread(
  tx: Tx,
  threadId: ThreadId,
  retention: Retention,
  { now, most = slice }: { now: Date; most?: number },
): Promise<boolean> {
  const thread = await lockThread(tx, { threadId });
  if (!thread || !(await mayPurge(tx, threadId, retention, now))) return false;
  const { purgedUpTo, lastNumber, lastChange, memberIds } = thread;
  const upTo = Math.min(lastNumber, purgedUpTo + most);
  const isAll = upTo === lastNumber;
  for (const statement of [moveMarkers, spendClientIds, ...remove]) tx.send(statement, [threadId, upTo]);
  if (isAll) for (const statement of removeRest) tx.send(statement, [threadId]);
  // What happened before cannot be told step by step any more: it is about messages that are gone.
  tx.send('DELETE FROM thread_change WHERE thread_id = $1', [threadId]);
  const news = new ThreadNews(tx, thread, nobody);
  const change = news.change({ kind: 'purged', upTo }, now);
  news.emit(ThreadPurged, { upTo, change, memberIds: [...memberIds] });
  tx.send(keep, [threadId, upTo, isAll ? now : null, lastChange, news.lastChange, news.version]);
  return !isAll;
}

const trim = `WITH gone AS (DELETE FROM thread_change WHERE thread_id = $1 AND changed_at < $2 RETURNING number)
  UPDATE thread SET changes_from = greatest(changes_from, (SELECT max(number) FROM gone))
  WHERE id = $1 AND EXISTS (SELECT FROM gone)`;

/** Forgets old changes of a thread one by one: who was away for longer reads it anew. */
export async function trimChanges(tx: Tx, threadId: ThreadId, before: Date): Promise<void> {
  await lockThread(tx, { threadId });
  tx.send(trim, [threadId, before]);
}

const findOld = 'SELECT DISTINCT thread_id AS id FROM thread_change WHERE changed_at < $1 LIMIT $2';

/** Threads with changes from before this time. */
export const threadsWithOldChanges = async (tx: Tx, before: Date, most: number): Promise<ThreadId[]> =>
  (await tx.query<{ id: ThreadId }>(findOld, [before, most])).map(({ id }) => id);
