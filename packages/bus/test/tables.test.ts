import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import type { TestDatabase } from '@carethread/local-stack/test-stack.ts';
import type pg from 'pg';
import { startHousekeeping } from '../src/housekeeping.ts';
import { openPool } from '../src/worker-pool.ts';
import { createBusDatabase } from './bus-database.ts';
import { silent } from './silent-log.ts';

let database: TestDatabase;
let as: Record<'owner' | 'app' | 'worker' | 'relay', pg.Pool>;
beforeAll(async () => {
  database = await createBusDatabase('tickets');
  as = {
    owner: openPool(database.ownerUrl, 1),
    app: openPool(database.appUrl, 1),
    worker: openPool(database.workerUrl, 2),
    relay: openPool(database.relayUrl, 1),
  };
});
afterAll(async () => {
  await Promise.all(Object.values(as).map((pool) => pool.end()));
  await database.drop();
});

const day = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * day);

describe('rights', () => {
  it.each([
    ['app', 'SELECT * FROM bus.outbox'],
    ['app', 'SELECT * FROM bus.inbox'],
    ['app', 'SELECT payload FROM bus.task'],
    ['app', 'DELETE FROM bus.command'],
    ['app', 'SELECT bus.rotate_event_log()'],
    ['worker', 'SELECT * FROM bus.outbox'],
    ['worker', 'SELECT * FROM bus.event_log'],
    ['worker', 'DELETE FROM bus.parked_action'],
    ['worker', 'UPDATE bus.parked_action SET who = who'],
    ['relay', 'SELECT * FROM bus.inbox'],
    ['relay', 'SELECT * FROM effect'],
    ['relay', 'DROP TABLE bus.event_log'],
  ] as const)('%s may not: %s', async (role, statement) => {
    await expect(as[role].query(statement)).rejects.toMatchObject({ code: '42501' });
  });
});

describe('the event log', () => {
  const partitions = async () =>
    (
      await as.owner.query<{ name: string }>(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'bus.event_log'::regclass ORDER BY 1`,
      )
    ).rows.map(({ name }) => name);
  const nameOf = (at: Date) => `bus.event_log_${at.toISOString().slice(0, 10).replaceAll('-', '')}`;
  const logged = `INSERT INTO bus.event_log (id, event_id, aggregate_id, sequence, type, payload, occurred_at)
    VALUES (1, gen_random_uuid(), gen_random_uuid(), 1, 'x', '{}', $1)`;

  it('has a partition for today and the next days, also when asked twice', async () => {
    await as.relay.query('SELECT bus.rotate_event_log()');
    await as.relay.query('SELECT bus.rotate_event_log()');
    expect(await partitions()).toEqual(
      ['bus.event_log_default', ...[0, -1, -2, -3].map((n) => nameOf(daysAgo(n)))].sort(),
    );
  });

  it('loses what is older than thirty days, and nothing younger', async () => {
    for (const age of [29, 32]) {
      const from = daysAgo(age).toISOString().slice(0, 10);
      const to = daysAgo(age - 1)
        .toISOString()
        .slice(0, 10);
      await as.owner.query(
        `CREATE TABLE ${nameOf(daysAgo(age))} PARTITION OF bus.event_log FOR VALUES FROM ('${from} 00:00Z') TO ('${to} 00:00Z')`,
      );
    }
    for (const age of [20, 29, 32, 40]) await as.owner.query(logged, [daysAgo(age)]);
    await as.relay.query('SELECT bus.rotate_event_log()');
    expect(await partitions()).toContain(nameOf(daysAgo(29)));
    expect(await partitions()).not.toContain(nameOf(daysAgo(32)));
    const { rows } = await as.owner.query<{ n: number }>('SELECT count(*)::int AS n FROM bus.event_log');
    expect(rows[0]!.n).toBe(2);
  });

  it('takes events of a day without partition', async () => {
    await expect(as.relay.query(logged, [daysAgo(-9)])).resolves.toMatchObject({ rowCount: 1 });
    await expect(as.relay.query('SELECT bus.rotate_event_log()')).resolves.toBeDefined();
  });
});

describe('housekeeping', () => {
  it('forgets handled events after thirty days, and no parked one', async () => {
    const idAt = (at: Date) =>
      newId()
        .replaceAll('-', '')
        .replace(/^.{12}/, at.getTime().toString(16).padStart(12, '0'));
    const insert = `INSERT INTO bus.inbox (event_id, aggregate_id, status, received_at) VALUES ($1, $1, $2, $3)`;
    const young = idAt(daysAgo(29));
    const parked = idAt(daysAgo(40));
    await as.worker.query(insert, [young, 'done', daysAgo(29)]);
    await as.worker.query(insert, [parked, 'parked', daysAgo(40)]);
    await as.worker.query(insert, [idAt(daysAgo(31)), 'done', daysAgo(31)]);
    await as.worker.query(insert, [idAt(daysAgo(40)), 'dropped', daysAgo(40)]);
    const housekeeping = startHousekeeping(as.worker, silent);
    await housekeeping.drain();
    await housekeeping.stop();
    const { rows } = await as.worker.query<{ event_id: string }>('SELECT event_id FROM bus.inbox');
    expect(rows.map((row) => row.event_id.replaceAll('-', '')).sort()).toEqual([young, parked].sort());
  });
});
