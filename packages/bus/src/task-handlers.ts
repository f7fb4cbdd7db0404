import type { Tx } from './transaction.ts';

export interface DueTask {
  readonly key: string;
  readonly kind: string;
  readonly payload: unknown;
  readonly dueAt: Date;
  /** Failed or unfinished attempts before this one. */
  readonly attempts: number;
}

/** Touches the database only. Runs in the transaction that removes the task: exactly once in effect. */
export type Timer = (task: DueTask, tx: Tx) => Promise<void>;

/**
 * Calls something outside. While the call runs, the task is leased; a process that dies leaves it to be called again
 * when the lease ends, so `call` must carry a key under which the other side recognises the repeat.
 */
export interface OutsideCall<Prepared, Result> {
  /** How long one attempt may take, in milliseconds; the call's signal fires a little earlier. */
  readonly leaseMs: number;
  /** Committed before the call, together with the lease. */
  prepare(task: DueTask, tx: Tx): Promise<Prepared>;
  /** Outside any transaction. An expected refusal is a result; a throw is tried again with growing pauses. */
  call(prepared: Prepared, task: DueTask, signal: AbortSignal): Promise<Result>;
  /** Runs in the transaction that removes the task. Schedules the next task, if there is to be one. */
  record(result: Result, task: DueTask, tx: Tx): Promise<void>;
}

/** A service's tasks by kind. Tasks of kinds that stand here in no version of the service lie until they do. */
export type TaskHandlers = Readonly<Record<string, Timer | OutsideCall<unknown, unknown>>>;

/** Ties the types of the three steps together. */
export const outsideCall = <Prepared, Result>(
  steps: OutsideCall<Prepared, Result>,
): OutsideCall<unknown, unknown> => steps;
