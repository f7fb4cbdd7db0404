import type pg from 'pg';
import { failpoint } from './failpoint.ts';
import type { DueTask, OutsideCall, TaskHandlers, Timer } from './task-handlers.ts';
import { inTransaction, Refused } from './transaction.ts';

const oldestDue = `SELECT key FROM bus.task WHERE kind = ANY($1) AND due_at <= $2
  ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED`;
const take = `DELETE FROM bus.task WHERE key = (${oldestDue})
  RETURNING key, kind, payload, due_at AS "dueAt", attempts`;
const lease = `UPDATE bus.task SET due_at = $2::timestamptz + ($3::jsonb ->> kind)::int * interval '1 millisecond',
    attempts = attempts + 1
  WHERE key = (${oldestDue}) RETURNING key, kind, payload, due_at AS "dueAt", attempts - 1 AS attempts`;
const finish = 'DELETE FROM bus.task WHERE key = $1 AND attempts = $2 RETURNING key';
const postpone = `UPDATE bus.task SET due_at = $3, attempts = $4, error = $5 WHERE key = $1 AND attempts = $2`;

/** A task's own failure. */
export class TaskFailure extends Error {
  readonly task: DueTask;
  /** Whether the attempt was counted, and committed, before it failed. */
  readonly leased: boolean;
  constructor(task: DueTask, leased: boolean, cause: unknown) {
    super('A task failed.', { cause });
    this.task = task;
    this.leased = leased;
  }
}

export interface Ran {
  /** Whether an event or a task was written. */
  wakes: boolean;
}

/** Runs the oldest due timer of these kinds; null when there is none. */
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
      return { wakes: tx.wakes };
    });
  } catch (error) {
    throw task ? new TaskFailure(task, false, error) : error;
  }
}

export interface LeasedCall {
  task: DueTask;
  prepared: unknown;
}

const callOf = (handlers: TaskHandlers, kind: string) => handlers[kind] as OutsideCall<unknown, unknown>;

/** Leases and prepares the oldest due call of these kinds; null when there is none. */
export async function leaseCall(
  pool: pg.Pool,
  kinds: readonly string[],
  handlers: TaskHandlers,
  now: Date,
): Promise<LeasedCall | null> {
  const leases = JSON.stringify(
    Object.fromEntries(kinds.map((kind) => [kind, callOf(handlers, kind).leaseMs])),
  );
  let task: DueTask | undefined;
  try {
    return await inTransaction(pool, async (tx) => {
      [task] = await tx.query<DueTask>(lease, [kinds, now, leases]);
      return task ? { task, prepared: await callOf(handlers, task.kind).prepare(task, tx) } : null;
    });
  } catch (error) {
    throw task ? new TaskFailure(task, false, error) : error;
  }
}

/** Makes a leased call and records what came of it. */
export async function makeCall(
  pool: pg.Pool,
  handlers: TaskHandlers,
  { task, prepared }: LeasedCall,
): Promise<Ran> {
  const handler = callOf(handlers, task.kind);
  try {
    failpoint('afterLeaseBeforeCall');
    const result = await handler.call(prepared, task, AbortSignal.timeout(handler.leaseMs * 0.9));
    failpoint('afterCallBeforeRecord');
    return await inTransaction(pool, async (tx) => {
      // Too late, and another attempt is on its way: it will get the same answer under the same key.
      if ((await tx.query(finish, [task.key, task.attempts + 1])).length === 0)
        throw new Refused('The lease has ended.');
      await handler.record(result, task, tx);
      return { wakes: tx.wakes };
    });
  } catch (error) {
    if (error instanceof Refused) return { wakes: false };
    throw new TaskFailure(task, true, error);
  }
}

/** Puts a failed task off, unless somebody else has dealt with it meanwhile. */
export async function postponeTask(
  pool: pg.Pool,
  { task, leased }: TaskFailure,
  until: Date,
  reason: string,
): Promise<void> {
  const stored = leased ? task.attempts + 1 : task.attempts;
  await pool.query(postpone, [task.key, stored, until, task.attempts + 1, reason]);
}
