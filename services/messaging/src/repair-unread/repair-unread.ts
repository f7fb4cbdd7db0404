import type { Tx } from '@carethread/bus/transaction.ts';
import { idSchema, newId, type ThreadId, type UserId } from '@carethread/contracts/ids.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { lockThread } from '../thread-store.ts';
import { checkUnread, type CounterCheck } from '../unread-check.ts';
import { countUnread } from '../unread-sql.ts';

const inputSchema = z.object({
  principalId: idSchema<'User' | 'Organisation'>(),
  reason: z.string().trim().min(3).max(500),
});

const recountThread = `UPDATE member SET unread_count = ${countUnread('$1', '$2', 'member.read_up_to')}
  WHERE thread_id = $1 AND principal_id = $2 AND left_at IS NULL`;
const lockInbox = 'SELECT 1 FROM inbox WHERE principal_id = $1 FOR NO KEY UPDATE';
const sumUp = `UPDATE inbox SET unread_count =
    (SELECT coalesce(sum(unread_count), 0) FROM member WHERE principal_id = $1 AND left_at IS NULL)
  WHERE principal_id = $1`;
const record = `INSERT INTO unread_repair (id, principal_id, thread_id, stored, recounted, reason, repaired_by, repaired_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;

/** Sets a principal's counters right and records each that was wrong. Answers what was found. */
export async function repairUnread(
  database: Database,
  by: UserId,
  input: unknown,
  now: Date,
): Promise<{ total: CounterCheck; wrong: CounterCheck[] } | Refusal> {
  const checked = checkInput(inputSchema, input);
  if (checked instanceof Refusal) return checked;
  const { principalId, reason } = checked;
  const keep = (tx: Tx, { threadId, stored, recounted }: CounterCheck) =>
    tx.send(record, [newId(), principalId, threadId, stored, recounted, reason, by, now]);

  const found = await database.asWorker((tx) => checkUnread(tx, principalId));
  // A transaction for each thread: whoever holds two threads' locks may meet somebody who holds them the other way round.
  for (const wrong of found.wrong)
    await database.asWorker(async (tx) => {
      const threadId = wrong.threadId as ThreadId;
      await lockThread(tx, { threadId });
      tx.send(recountThread, [threadId, principalId]);
      keep(tx, wrong);
    });
  await database.asWorker(async (tx) => {
    tx.send(lockInbox, [principalId]);
    tx.send(sumUp, [principalId]);
    if (found.total.stored !== found.total.recounted) keep(tx, found.total);
  });
  return found;
}
