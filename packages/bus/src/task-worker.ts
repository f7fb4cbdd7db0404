import type pg from 'pg';
import { describeFailure } from './describe-failure.ts';
import { Bell, pause } from './pause.ts';
import { leaseCall, makeCall, postponeTask, type Ran, runTimer, TaskFailure } from './run-task.ts';
import type { TaskHandlers } from './task-handlers.ts';
import { runLane } from './task-lane.ts';
import { isTransient } from './transaction.ts';
import type { Log, Observe } from './watch.ts';

export interface TaskWorkerOptions {
  /** Pool of the worker's login with `pipeline: true`. At most six clients are used at a time. */
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
const sampleEveryMs = 5_000;
const callsAtOnce = 4;

/** Pause after so many failed attempts: 400 ms after the first, doubled each time, at most a minute. */
const backOffMs = (attempts: number) => Math.min(200 * 2 ** attempts, 60_000);

/** Runs the service's timers and outside calls when they are due. Any number of instances share the work. */
export function startTaskWorker(options: TaskWorkerOptions): TaskWorker {
  const { pool, handlers, log, observe = () => {}, onCommit = () => {}, now = () => new Date() } = options;
  const stopping = new AbortController();
  const kindsOf = (type: 'function' | 'object') =>
    Object.keys(handlers).filter((kind) => typeof handlers[kind] === type);
  const timers = kindsOf('function');
  const calls = kindsOf('object');
  const bells: Bell[] = [];
  const poke = () => bells.forEach((bell) => bell.ring());
  let inHand = 0;
  let ended = 0;

  /** Runs a task to its end, or puts it off. Returns whether there was one. */
  const attempt = async (run: () => Promise<Ran | null>): Promise<boolean> => {
    inHand++;
    try {
      const ran = await run();
      if (ran) ended++;
      if (ran?.wakes) {
        onCommit();
        poke();
      }
      return ran !== null;
    } catch (error) {
      if (!(error instanceof TaskFailure)) throw error;
      // A timer that the database would not run is as it was; a call was counted, and waits for its next turn.
      if (!error.leased && isTransient(error.cause)) throw error.cause;
      await putOff(error);
      ended++;
      return true;
    } finally {
      inHand--;
    }
  };
  const putOff = async (failure: TaskFailure): Promise<void> => {
    const { task, cause } = failure;
    const attempts = task.attempts + 1;
    log[attempts >= 5 ? 'error' : 'warn']({ taskKind: task.kind, attempts, error: cause }, 'task failed');
    const until = new Date(now().getTime() + backOffMs(attempts));
    await postponeTask(pool, failure, until, describeFailure(cause));
  };

  // One timer after the other, so that a failed one is put off before anybody looks for the next.
  let turn: Promise<unknown> = Promise.resolve();
  const timerStep = (): Promise<boolean> => {
    const step = turn.then(() => attempt(() => runTimer(pool, timers, handlers, now())));
    turn = step.catch(() => {});
    return step;
  };
  const callStep = (taken: () => void = () => {}): Promise<boolean> =>
    attempt(async () => {
      const leased = await leaseCall(pool, calls, handlers, now());
      if (leased) taken();
      return leased && makeCall(pool, handlers, leased);
    });

  const openLane = (kinds: string[], atOnce: number, step: (taken: () => void) => Promise<boolean>) => {
    const bell = new Bell();
    bells.push(bell);
    const sleepMs = async () => {
      const { rows } = await pool.query<{ at: Date | null }>(nextDue, [kinds]);
      return rows[0]?.at ? rows[0].at.getTime() - now().getTime() : Infinity;
    };
    const onError = (error: unknown) => log.warn({ error }, 'tasks cannot run');
    return runLane({ atOnce, step, sleepMs, onError, signal: stopping.signal }, bell);
  };
  const lanes = [
    ...(timers.length > 0 ? [openLane(timers, 1, timerStep)] : []),
    ...(calls.length > 0 ? [openLane(calls, callsAtOnce, callStep)] : []),
  ];
  const sampler = setInterval(() => {
    pool.query<{ n: number }>(failing).then(
      ({ rows }) => observe('failingTasks', rows[0]?.n ?? 0),
      () => {},
    );
  }, sampleEveryMs);
  sampler.unref();

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
