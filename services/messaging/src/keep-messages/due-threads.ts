import type { Tx } from '@carethread/bus/transaction.ts';
import type { ThreadId } from '@carethread/contracts/ids.ts';
import type { Retention } from '../retention.ts';

/** SQL: a thread's class. What a doctor or pharmacist instructed is kept as such, whatever kind of thread it stands in. */
const classOfThread = `CASE WHEN EXISTS (
    SELECT FROM message WHERE message.thread_id = thread.id AND (instructions OR prescription_id IS NOT NULL))
  THEN 'clinical' ELSE $2::jsonb ->> coalesce(order_type, 'prescription') END`;
const startOf = 'coalesce(ended_at, active_at)';
const isDue = `${startOf} < $1::timestamptz - ($3::jsonb ->> (${classOfThread}))::int * interval '1 day'`;
const isHeld = 'EXISTS (SELECT FROM legal_hold WHERE legal_hold.thread_id = thread.id AND lifted_at IS NULL)';

const settings = ({ classOf, days }: Retention, now: Date) => [
  now,
  JSON.stringify(classOf),
  JSON.stringify(days),
];
const shortest = ({ days }: Retention): number => Math.min(days.clinical, days.chat, days.marketing);

// A thread is no older than its opening: the index leaves out those that cannot be due.
const findDue = `SELECT id FROM thread WHERE purged_at IS NULL AND last_number > 0
    AND opened_at < $1::timestamptz - $4::int * interval '1 day'
    AND ${startOf} < $1::timestamptz - $4::int * interval '1 day' AND NOT ${isHeld} AND ${isDue}
  ORDER BY opened_at LIMIT $5`;

/** Threads whose messages have been kept for their time, also idle ones whose ticket never ended; none that is held. */
export const dueThreads = async (
  tx: Tx,
  retention: Retention,
  { now, most }: { now: Date; most: number },
): Promise<ThreadId[]> =>
  (await tx.query<{ id: ThreadId }>(findDue, [...settings(retention, now), shortest(retention), most])).map(
    ({ id }) => id,
  );

/** Whether this thread may be purged now. It is locked. */
export async function mayPurge(
  tx: Tx,
  threadId: ThreadId,
  retention: Retention,
  now: Date,
): Promise<boolean> {
  const text = `SELECT ${isDue} AND NOT ${isHeld} AS due FROM thread WHERE id = $4`;
  const [thread] = await tx.query<{ due: boolean }>(text, [...settings(retention, now), threadId]);
  return thread?.due ?? false;
}

export interface ClassReport {
  readonly retentionClass: string;
  readonly threads: number;
  readonly due: number;
  readonly held: number;
  readonly purged: number;
}

const report = `SELECT class AS "retentionClass", count(*)::int AS threads,
    count(*) FILTER (WHERE due AND NOT held AND NOT purged)::int AS due,
    count(*) FILTER (WHERE held)::int AS held, count(*) FILTER (WHERE purged)::int AS purged
  FROM (SELECT ${classOfThread} AS class, ${isDue} AS due, ${isHeld} AS held, purged_at IS NOT NULL AS purged
    FROM thread WHERE last_number > 0) AS each GROUP BY class`;

/** Every class with its threads, as they stand now. Reads all threads. */
export const reportRetention = (tx: Tx, retention: Retention, now: Date): Promise<ClassReport[]> =>
  tx.query<ClassReport>(report, settings(retention, now));
