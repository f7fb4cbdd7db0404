import type { Tx } from '@carethread/bus/transaction.ts';
import type { PrincipalId } from '@carethread/contracts/ids.ts';
import { countUnread } from './unread-sql.ts';

/** A stored counter and what it should be. `threadId` null: the total. */
export interface CounterCheck {
  readonly threadId: string | null;
  readonly stored: number;
  readonly recounted: number;
}

// One statement, so that all counters are of the same moment while others write.
const check = `WITH counted AS (
    SELECT thread_id, unread_count, ${countUnread('member.thread_id', 'member.principal_id', 'member.read_up_to')} AS recounted
    FROM member WHERE principal_id = $1 AND left_at IS NULL
  )
  SELECT NULL AS "threadId", coalesce((SELECT unread_count FROM inbox WHERE principal_id = $1), 0) AS stored,
    coalesce(sum(recounted), 0)::int AS recounted FROM counted
  UNION ALL
  SELECT thread_id::text, unread_count, recounted FROM counted WHERE unread_count <> recounted`;

/** The total, always, and each thread whose counter is wrong, recounted from messages and read markers. */
export async function checkUnread(
  tx: Tx,
  principalId: PrincipalId,
): Promise<{ total: CounterCheck; wrong: CounterCheck[] }> {
  const rows = await tx.query<CounterCheck>(check, [principalId]);
  return {
    total: rows.find(({ threadId }) => threadId === null)!,
    wrong: rows.filter(({ threadId }) => threadId !== null),
  };
}

/** As the schema shows it. */
export function unreadCheck({ total, wrong }: { total: CounterCheck; wrong: readonly CounterCheck[] }) {
  const { stored, recounted } = total;
  return {
    stored,
    recounted,
    difference: stored - recounted,
    threads: wrong.map((thread) => ({
      threadId: thread.threadId!,
      stored: thread.stored,
      recounted: thread.recounted,
      difference: thread.stored - thread.recounted,
    })),
  };
}
