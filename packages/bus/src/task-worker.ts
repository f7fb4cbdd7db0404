import type pg from 'pg';
import { Bell, pause } from './pause.ts';
import { postponeTask, type Ran, runOutsideCall, runTimer, TaskFailure } from './run-task.ts';
import type { TaskHandlers } from './task-handlers.ts';
import { isTransient } from './transaction.ts';
import type { Log, Observe } from './watch.ts';

export interface TaskWorkerOptions {
  /** Pool of the worker's login with `pipeline: true`. Up to six clients are used at a time. */
  pool: pg.Pool;
  handlers: TaskHandlers;
  log: Log;
  observe?: Observe;
  /** Runs after each commit in which a handler wrote an event or a task. */
  onCommit?: () => void;
  /** What the time is; for tests that do not want to wait. */
  now?: () => Date;
}

export interface TaskWorker {
  /** Call after a commit that scheduled a task which is due soon. */
  poke(): void;
  /** Runs everything that is due, and what it makes due, once to the end. */
  drain(): Promise<void>;
  /** Finishes the tasks in hand. */
  stop(): Promise<void>;
}

const nextDue = 'SELECT min(due_at) AS at FROM bus.task WHERE kind = ANY($1)';
const failing = 'SELECT count(*)::int AS n FROM bus.task WHERE attempts >= 5';
const longestSleepMs = 500;
const sampleEveryMs = 5_000;
const callsAtOnce = 4;

/** Pause before attempt `attempts + 1`: 200 ms, doubled each time, at most a minute. */
const backOffMs = (attempts: number) => Math.min(200 * 2 ** attempts, 60_000);

/** Runs the service's timers and outside calls when they are due. Any number of instances share the work. */
export function startTaskWorker(options: TaskWorkerOptions): TaskWorker {
  const { pool, handlers, log, observe = () => {}, onCommit = () => {}, now = () => new Date() } = options;
  const stopping = new AbortController();
  const kindsOf = (type: 'function' | 'object') =>
    Object.keys(handlers).filter((kind) => typeof handlers[kind] === type);
  const timers = kindsOf('function');
  const calls = kindsOf('object');

  const fail = async ({ task, cause }: TaskFailure, leased: boolean): Promise<void> => {
    const counted = leased ? task.attempts : task.attempts + 1;
    log[counted >= 5 ? 'error' : 'warn'](
      { taskKind: task.kind, attempts: counted, error: cause },
      'task failed',
    );
    await postponeTask(pool, task, counted, new Date(now().getTime() + backOffMs(counted)), String(cause));
  };
  /** Runs one task, if one is due. Returns whether there was one. */
  let inHand = 0;
  let ended = 0;
  const attempt = async (run: () => Promise<Ran | null>, leased: boolean): Promise<boolean> => {
    inHand++;
    try {
      const ran = await run();
      if (ran?.wakes) {
        onCommit();
        poke();
      }
      if (ran) ended++;
      return ran !== null;
    } catch (error) {
      if (!(error instanceof TaskFailure) || (!leased && isTransient(error.cause))) throw error;
      await fail(error, leased);
      ended++;
      return true;
    } finally {
      inHand--;
    }
  };
  // One timer after the other, so that a failed one is put off before anybody looks for the next.
  let turn: Promise<unknown> = Promise.resolve();
  const timerStep = (): Promise<boolean> => {
    const step = turn.then(() => attempt(() => runTimer(pool, timers, handlers, now()), false));
    turn = step.catch(() => {});
    return step;
  };
  const callStep = () => attempt(() => runOutsideCall(pool, calls, handlers, now), true);

  const bells: Bell[] = [];
  const poke = () => bells.forEach((bell) => bell.ring());
  const lane = async (kinds: readonly string[], step: () => Promise<boolean>): Promise<void> => {
    const bell = new Bell();
    bells.push(bell);
    while (!stopping.signal.aborted) {
      let sleepMs = longestSleepMs;
      try {
        if (await step()) continue;
        const { rows } = await pool.query<{ at: Date | null }>({
          name: 'next-due',
          text: nextDue,
          values: [kinds],
        });
        if (rows[0]?.at)
          sleepMs = Math.min(Math.max(rows[0].at.getTime() - now().getTime(), 1), longestSleepMs);
      } catch (error) {
        log.warn({ error }, 'tasks cannot run');
      }
      await bell.wait(sleepMs, stopping.signal);
    }
  };
  const sampler = setInterval(() => {
    pool.query<{ n: number }>(failing).then(
      ({ rows }) => observe('failingTasks', rows[0]?.n ?? 0),
      () => {},
    );
  }, sampleEveryMs);
  sampler.unref();

  const lanes = [
    ...(timers.length > 0 ? [lane(timers, timerStep)] : []),
    ...(calls.length > 0 ? Array.from({ length: callsAtOnce }, () => lane(calls, callStep)) : []),
  ];

  return {
    poke,
    async drain() {
      for (;;) {
        const before = ended;
        if (timers.length > 0 && (await timerStep())) continue;
        if (calls.length > 0 && (await callStep())) continue;
        // What the lanes had in hand meanwhile may have made something else due.
        if (inHand === 0 && ended === before) return;
        await pause(1);
      }
    },
    async stop() {
      stopping.abort();
      clearInterval(sampler);
      await Promise.all(lanes);
    },
  };
}
