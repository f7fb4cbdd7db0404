import type pg from 'pg';
import { failpoint } from './failpoint.ts';
import { shortened } from './inbox.ts';
import type { DueTask, OutsideCall, TaskHandlers, Timer } from './task-handlers.ts';
import { inTransaction, Refused } from './transaction.ts';

const oldestDue = `SELECT key FROM bus.task WHERE kind = ANY($1) AND due_at <= $2
  ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED`;
const columns = 'key, kind, payload, due_at AS "dueAt", attempts';
const take = `DELETE FROM bus.task WHERE key = (${oldestDue}) RETURNING ${columns}`;
const lease = `UPDATE bus.task SET due_at = $3, attempts = attempts + 1 WHERE key = (${oldestDue}) RETURNING ${columns}`;
const finish = 'DELETE FROM bus.task WHERE key = $1 AND attempts = $2 RETURNING key';
const postpone = `UPDATE bus.task SET due_at = $3, attempts = $4, error = $5 WHERE key = $1 AND attempts = $2`;

/** A task's own failure, with the task it befell. */
export class TaskFailure extends Error {
  readonly task: DueTask;
  constructor(task: DueTask, cause: unknown) {
    super('A task failed.', { cause });
    this.task = task;
  }
}

export interface Ran {
  task: DueTask;
  /** Whether an event or a task was written. */
  wakes: boolean;
}

/** Runs the oldest due timer, if there is one. */
export async function runTimer(
  pool: pg.Pool,
  kinds: readonly string[],
  handlers: TaskHandlers,
  now: Date,
): Promise<Ran | null> {
  let task: DueTask | undefined;
  try {
    return await inTransaction(pool, async (tx) => {
      // Removed before it runs, so that it can schedule its own successor under the same key.
      [task] = await tx.query<DueTask>(take, [kinds, now]);
      if (!task) return null;
      await (handlers[task.kind] as Timer)(task, tx);
      failpoint('midTimer');
      return { task, wakes: tx.wakes };
    });
  } catch (error) {
    throw task ? new TaskFailure(task, error) : error;
  }
}

/** Makes the oldest due outside call, if there is one: lease, call, record. */
export async function runOutsideCall(
  pool: pg.Pool,
  kinds: readonly string[],
  handlers: TaskHandlers,
  now: () => Date,
): Promise<Ran | null> {
  let task: DueTask | undefined;
  try {
    const begun = await inTransaction(pool, async (tx) => {
      const startedAt = now();
      const longest = Math.max(...kinds.map((kind) => handlerOf(handlers, kind).leaseMs));
      [task] = await tx.query<DueTask>(lease, [kinds, startedAt, new Date(startedAt.getTime() + longest)]);
      return task && { task, prepared: await handlerOf(handlers, task.kind).prepare(task, tx) };
    });
    if (!begun) return null;
    return await finishCall(pool, handlerOf(handlers, begun.task.kind), begun.task, begun.prepared);
  } catch (error) {
    throw task ? new TaskFailure(task, error) : error;
  }
}

const handlerOf = (handlers: TaskHandlers, kind: string) => handlers[kind] as OutsideCall<unknown, unknown>;

async function finishCall(
  pool: pg.Pool,
  handler: OutsideCall<unknown, unknown>,
  task: DueTask,
  prepared: unknown,
): Promise<Ran> {
  failpoint('afterLeaseBeforeCall');
  const result = await handler.call(prepared, task, AbortSignal.timeout(handler.leaseMs * 0.9));
  failpoint('afterCallBeforeRecord');
  return inTransaction(pool, async (tx) => {
    // Too late, and another attempt is on its way: it will get the same answer under the same key.
    if ((await tx.query(finish, [task.key, task.attempts])).length === 0)
      throw new Refused('The lease has ended.');
    await handler.record(result, task, tx);
    return { task, wakes: tx.wakes };
  }).catch((error: unknown) => {
    if (error instanceof Refused) return { task, wakes: false };
    throw error;
  });
}

/** Puts a failed task off. `attempts` is what the row holds now, `counted` what it is to hold. */
export async function postponeTask(
  pool: pg.Pool,
  task: DueTask,
  counted: number,
  until: Date,
  reason: string,
): Promise<void> {
  await pool.query(postpone, [task.key, task.attempts, until, counted, shortened(reason)]);
}
