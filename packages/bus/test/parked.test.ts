import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import type { TestDatabase } from '@carethread/local-stack/test-stack.ts';
import type pg from 'pg';
import { lastAttempt, park } from '../src/inbox.ts';
import { dropParked, inspectParked, listParked, redriveParked } from '../src/parked.ts';
import { handlerTable, readEvent } from '../src/read-event.ts';
import { type Retries, startRetries } from '../src/retry-parked.ts';
import { openPool } from '../src/worker-pool.ts';
import { createBusDatabase } from './bus-database.ts';
import { silent } from './silent-log.ts';

const type = 'prescriptions.prescription.drafted.v1';
const reason = { who: 'operator', why: 'fixed' };

let database: TestDatabase;
let pool: pg.Pool;
let handle: () => Promise<void>;
let retries: Retries | undefined;
const table = handlerTable({ [type]: () => handle() });
beforeAll(async () => {
  database = await createBusDatabase('tickets');
  pool = openPool(database.workerUrl, 6);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
afterEach(async () => {
  await retries?.stop();
  retries = undefined;
  await pool.query('DELETE FROM bus.inbox');
});

const parkOne = async (aggregate: string, attempts = 1): Promise<string> => {
  const id = newId();
  const headers = { aggregate, sequence: 1, occurredAt: '2026-11-20T12:00:00Z' };
  const body = JSON.stringify({
    prescriptionId: newId(),
    ticketId: newId(),
    doctorId: newId(),
    note: 'Mrs. Smith',
  });
  await park(pool, readEvent({ id, type, headers, body }, table), attempts, 'Error: cannot be');
  return id;
};
const start = () => {
  retries = startRetries({ pool, table, log: silent, observe: () => {}, onCommit: () => {} });
  return retries;
};
const rowOf = async (id: string) =>
  (
    await pool.query<{ status: string; attempts: number; wait: number }>(
      `SELECT status, attempts, extract(epoch FROM next_attempt_at - now())::float8 AS wait FROM bus.inbox WHERE event_id = $1`,
      [id],
    )
  ).rows[0]!;
const makeDue = () => pool.query('UPDATE bus.inbox SET next_attempt_at = now()');

describe('retries', () => {
  it('wait longer after each failure, a minute at most', async () => {
    handle = () => Promise.reject(new Error('still not'));
    const id = await parkOne(newId());
    const { drain } = start();
    const waits: number[] = [];
    for (let n = 0; n < 12; n++) {
      await makeDue();
      await drain();
      waits.push((await rowOf(id)).wait);
    }
    expect(waits[0]).toBeCloseTo(0.4, 0);
    expect(waits[5]).toBeGreaterThan(10);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60);
    expect(waits[11]).toBeGreaterThan(55);
    expect(await rowOf(id)).toMatchObject({ status: 'parked', attempts: 13 });
  });

  it('end after twenty attempts, until somebody redrives', async () => {
    let runs = 0;
    handle = async () => void runs++;
    const id = await parkOne(newId(), lastAttempt);
    const { drain } = start();
    await makeDue();
    await drain();
    expect(runs).toBe(0);
    await redriveParked(pool, id, reason);
    await drain();
    expect(runs).toBe(1);
    expect((await rowOf(id)).status).toBe('done');
  });

  it('take the oldest event of an aggregate and hold back the rest', async () => {
    const aggregate = newId();
    handle = () => Promise.reject(new Error('still not'));
    const first = await parkOne(aggregate, 1);
    const second = await parkOne(aggregate, 0);
    const { drain } = start();
    await makeDue();
    await drain();
    expect((await rowOf(first)).attempts).toBe(2);
    expect((await rowOf(second)).attempts).toBe(0);
  });

  it('run one event once although several instances retry', async () => {
    let runs = 0;
    handle = async () => void runs++;
    for (let n = 0; n < 30; n++) await parkOne(newId());
    const others = [1, 2, 3].map(() => start());
    await makeDue();
    await Promise.all(others.map(({ drain }) => drain()));
    await Promise.all(others.map((other) => other.stop()));
    expect(runs).toBe(30);
  });
});

describe('an operator', () => {
  it('sees what waits, and how much behind it', async () => {
    const aggregate = newId();
    const head = await parkOne(aggregate, lastAttempt);
    await parkOne(aggregate, lastAttempt);
    await parkOne(aggregate, lastAttempt);
    expect(await listParked(pool)).toMatchObject([
      { eventId: head, aggregateId: aggregate, type, attempts: 20, error: 'Error: cannot be', waiting: 2 },
    ]);
  });

  it('reads ids and codes of a message, and no words', async () => {
    const id = await parkOne(newId(), lastAttempt);
    const seen = await inspectParked(pool, id);
    expect(seen).toMatchObject({
      eventId: id,
      data: { note: '[string]', doctorId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    expect(JSON.stringify(seen)).not.toContain('Smith');
    expect(await inspectParked(pool, newId())).toBeNull();
  });

  it('gives an event up so that the next goes on, and is on record with it', async () => {
    const aggregate = newId();
    handle = async () => {};
    const bad = await parkOne(aggregate, lastAttempt);
    const next = await parkOne(aggregate, 1);
    expect(await dropParked(pool, bad, { who: 'operator', why: 'sent twice by hand' })).toBe(true);
    await makeDue();
    await start().drain();
    expect((await rowOf(bad)).status).toBe('dropped');
    expect((await rowOf(next)).status).toBe('done');
    const { rows } = await pool.query('SELECT action, who, why FROM bus.parked_action WHERE event_id = $1', [
      bad,
    ]);
    expect(rows).toEqual([{ action: 'drop', who: 'operator', why: 'sent twice by hand' }]);
    expect(await dropParked(pool, bad, reason)).toBe(false);
  });

  it('must say who and why', async () => {
    const id = await parkOne(newId(), lastAttempt);
    await expect(dropParked(pool, id, { who: 'operator', why: ' ' })).rejects.toThrow('why');
    expect((await rowOf(id)).status).toBe('parked');
  });

  it('can do all of it from the command line', async () => {
    const id = await parkOne(newId(), lastAttempt);
    expect(await cli('list', '--service', 'tickets')).toMatchObject({
      code: 0,
      out: expect.stringContaining(id),
    });
    expect((await cli('inspect', '--service', 'tickets', id)).out).not.toContain('Smith');
    expect(await cli('redrive', '--service', 'tickets', id)).toMatchObject({
      code: 2,
      out: expect.stringContaining('--why'),
    });
    expect((await cli('list', '--service', 'catalog')).code).toBe(2);
    expect((await cli('drop', '--service', 'tickets', '--why', 'test', id)).code).toBe(0);
    expect((await cli('drop', '--service', 'tickets', '--why', 'test', id)).code).toBe(1);
    expect((await rowOf(id)).status).toBe('dropped');
  });
});

function cli(...args: string[]): Promise<{ code: number; out: string }> {
  const program = fileURLToPath(new URL('../src/parked-cli.ts', import.meta.url));
  const env = { ...process.env, WORKER_DATABASE_URL: database.workerUrl };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--no-warnings', program, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, out: stdout + stderr }),
    );
  });
}
