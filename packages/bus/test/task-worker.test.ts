import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TestDatabase } from '@carethread/local-stack/test-stack.ts';
import type pg from 'pg';
import { schedule, unschedule } from '../src/task.ts';
import { type DueTask, outsideCall, type TaskHandlers } from '../src/task-handlers.ts';
import { startTaskWorker, type TaskWorker } from '../src/task-worker.ts';
import { inTransaction } from '../src/transaction.ts';
import { openPool } from '../src/worker-pool.ts';
import { createBusDatabase } from './bus-database.ts';
import { silent } from './silent-log.ts';
import { waitUntil } from './wait-until.ts';

const noon = new Date('2026-11-20T12:00:00Z');
const later = (ms: number) => new Date(noon.getTime() + ms);

let database: TestDatabase;
let pool: pg.Pool;
let workers: TaskWorker[];
beforeAll(async () => {
  database = await createBusDatabase('tickets');
  pool = openPool(database.workerUrl, 12);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(() => {
  workers = [];
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await pool.query('DELETE FROM bus.task');
  await pool.query('DELETE FROM request');
});

/** A worker whose time stands still until the test moves it. */
function start(handlers: TaskHandlers, onCommit = () => {}) {
  const clock = { now: noon };
  const worker = startTaskWorker({ pool, handlers, log: silent, onCommit, now: () => clock.now });
  workers.push(worker);
  return { clock, worker };
}
const plan = (key: string, kind: string, dueAt: Date, payload: unknown = {}) =>
  inTransaction(pool, async (tx) => schedule(tx, { key, kind, payload, dueAt }));
const tasks = async () =>
  (
    await pool.query<{ key: string; attempts: number; due_at: Date; error: string | null }>(
      'SELECT * FROM bus.task ORDER BY key',
    )
  ).rows;

describe('timers', () => {
  it('run when they are due and not before, in the order of their times', async () => {
    const ran: string[] = [];
    const { clock, worker } = start({ ring: async ({ key }) => void ran.push(key) });
    await plan('third', 'ring', later(60_000));
    await plan('second', 'ring', noon);
    await plan('first', 'ring', later(-1_000));
    await worker.drain();
    expect(ran).toEqual(['first', 'second']);
    clock.now = later(60_000);
    await worker.drain();
    expect(ran).toEqual(['first', 'second', 'third']);
    expect(await tasks()).toEqual([]);
  });

  it('are scheduled once per key', async () => {
    await plan('same', 'ring', noon, { first: true });
    await plan('same', 'ring', later(-5_000), { first: false });
    const seen: unknown[] = [];
    await start({ ring: async ({ payload }) => void seen.push(payload) }).worker.drain();
    expect(seen).toEqual([{ first: true }]);
  });

  it('do not run once unscheduled', async () => {
    await plan('lease-end', 'ring', noon);
    await inTransaction(pool, async (tx) => unschedule(tx, 'lease-end'));
    await start({ ring: () => Promise.reject(new Error('must not run')) }).worker.drain();
    expect(await tasks()).toEqual([]);
  });

  it('may schedule their own successor under the same key, and wake the others', async () => {
    let woken = 0;
    const remind = async ({ dueAt }: DueTask, tx: Parameters<typeof schedule>[0]) =>
      schedule(tx, { key: 'remind', kind: 'remind', payload: {}, dueAt: new Date(dueAt.getTime() + 1_000) });
    const { worker } = start({ remind }, () => woken++);
    await plan('remind', 'remind', later(-500));
    await worker.drain();
    expect(await tasks()).toMatchObject([{ key: 'remind', due_at: later(500) }]);
    expect(woken).toBe(1);
  });

  it('leave nothing behind when they fail, and are tried again after a growing pause', async () => {
    let refuse = 2;
    const { clock, worker } = start({
      note: async ({ key }, tx) => {
        tx.send('INSERT INTO request (id) VALUES ($1)', [key]);
        if (refuse-- > 0) throw new Error('not yet');
      },
    });
    const key = '0191f2b4-7c1c-7000-8000-000000000001';
    await plan(key, 'note', noon);
    await worker.drain();
    expect((await pool.query('SELECT FROM request')).rowCount).toBe(0);
    expect(await tasks()).toMatchObject([{ attempts: 1, due_at: later(400), error: 'Error: not yet' }]);
    clock.now = later(400);
    await worker.drain();
    expect(await tasks()).toMatchObject([{ attempts: 2, due_at: later(400 + 800) }]);
    clock.now = later(1_200);
    await worker.drain();
    expect(await tasks()).toEqual([]);
    expect((await pool.query('SELECT FROM request')).rowCount).toBe(1);
  });

  it('run once although several workers look for them', async () => {
    const runs = new Map<string, number>();
    const count = async ({ key }: DueTask, tx: Parameters<typeof schedule>[0]) => {
      await tx.query('SELECT pg_sleep(0.002)');
      runs.set(key, (runs.get(key) ?? 0) + 1);
    };
    await Promise.all(Array.from({ length: 30 }, (_, n) => plan(`n${n}`, 'count', noon)));
    await Promise.all([1, 2, 3].map(() => start({ count }).worker.drain()));
    expect([...runs.values()]).toEqual(Array(30).fill(1));
  });

  it('lie where no version of the service knows their kind', async () => {
    await plan('future', 'from-a-later-version', noon);
    await start({ ring: async () => {} }).worker.drain();
    expect(await tasks()).toMatchObject([{ key: 'future', attempts: 0 }]);
  });

  it('run by themselves soon after they fall due', async () => {
    const ran = new Promise<string>((resolve) => {
      const worker = startTaskWorker({
        pool,
        handlers: { ring: async ({ key }) => resolve(key) },
        log: silent,
      });
      workers.push(worker);
    });
    await plan('soon', 'ring', new Date(Date.now() + 50));
    expect(await ran).toBe('soon');
  });
});

describe('outside calls', () => {
  interface Log {
    calls: string[];
    recorded: string[];
  }
  /** Calls nothing outside: tells what it would have done, and does what the test says. */
  const charge = (log: Log, answer: (attempt: number) => Promise<string>) =>
    outsideCall({
      leaseMs: 5_000,
      prepare: async ({ key }, tx) => {
        await tx.query('INSERT INTO request (id) VALUES ($1) ON CONFLICT DO NOTHING', [key]);
        return `idempotency-${key}`;
      },
      async call(prepared: string, { attempts }) {
        log.calls.push(prepared);
        return answer(attempts + 1);
      },
      async record(result: string) {
        log.recorded.push(result);
      },
    });
  const key = '0191f2b4-7c1c-7000-8000-000000000002';

  it('are prepared and leased before the call, recorded after it', async () => {
    const log: Log = { calls: [], recorded: [] };
    let during: unknown;
    const answer = async () => {
      during = { tasks: await tasks(), prepared: (await pool.query('SELECT FROM request')).rowCount };
      return 'paid';
    };
    const { worker } = start({ charge: charge(log, answer) });
    await plan(key, 'charge', noon);
    await worker.drain();
    expect(during).toMatchObject({ tasks: [{ attempts: 1, due_at: later(5_000) }], prepared: 1 });
    expect(log).toEqual({ calls: [`idempotency-${key}`], recorded: ['paid'] });
    expect(await tasks()).toEqual([]);
  });

  it('are put off when they cannot even be prepared', async () => {
    const unprepared = outsideCall({
      leaseMs: 5_000,
      prepare: () => Promise.reject(new Error('no such payment')),
      call: () => Promise.reject(new Error('must not be called')),
      record: async () => {},
    });
    const { worker } = start({ charge: unprepared });
    await plan(key, 'charge', noon);
    await worker.drain();
    expect(await tasks()).toMatchObject([
      { attempts: 1, due_at: later(400), error: 'Error: no such payment' },
    ]);
  });

  it('run several at once', async () => {
    let open = 0;
    let most = 0;
    const slow = outsideCall({
      leaseMs: 60_000,
      prepare: async () => null,
      call: async () => {
        most = Math.max(most, ++open);
        await waitUntil('others run, too', () => most >= 3);
        open--;
      },
      record: async () => {},
    });
    for (let n = 0; n < 8; n++) await plan(`slow-${n}`, 'slow', noon);
    const { worker } = start({ slow });
    await worker.drain();
    expect(await tasks()).toEqual([]);
    expect(most).toBeGreaterThanOrEqual(3);
  });

  it('are made again, under the same key, when their process died during the call', async () => {
    const log: Log = { calls: [], recorded: [] };
    await plan(key, 'charge', noon);
    await pool.query(`UPDATE bus.task SET attempts = 1, due_at = $1`, [later(5_000)]);
    const { clock, worker } = start({ charge: charge(log, async () => 'paid') });
    await worker.drain();
    expect(log.calls).toEqual([]);
    clock.now = later(5_000);
    await worker.drain();
    expect(log).toEqual({ calls: [`idempotency-${key}`], recorded: ['paid'] });
  });

  it('are tried again after a failure', async () => {
    const log: Log = { calls: [], recorded: [] };
    const answer = async (attempt: number) => {
      if (attempt === 1) throw new Error('no line');
      return 'paid';
    };
    const { clock, worker } = start({ charge: charge(log, answer) });
    await plan(key, 'charge', noon);
    await worker.drain();
    expect(await tasks()).toMatchObject([{ attempts: 1, due_at: later(400), error: 'Error: no line' }]);
    clock.now = later(400);
    await worker.drain();
    expect(log.recorded).toEqual(['paid']);
  });

  it('throw a result away that comes after the lease', async () => {
    const log: Log = { calls: [], recorded: [] };
    const clock = { now: noon };
    const open = () => {
      const worker = startTaskWorker({ pool, handlers, log: silent, now: () => clock.now });
      workers.push(worker);
      return worker;
    };
    // While the first attempt waits for its answer, its lease ends and a second worker makes the call.
    const answer = async (attempt: number) => {
      if (attempt > 1) return 'second';
      clock.now = later(5_000);
      await open().drain();
      return 'first, too late';
    };
    const handlers = { charge: charge(log, answer) };
    await plan(key, 'charge', noon);
    await open().drain();
    expect(log.recorded).toEqual(['second']);
    expect(await tasks()).toEqual([]);
  });
});
