import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import type { TestDatabase } from '@carethread/local-stack/test-stack.ts';
import pg from 'pg';
import { runConsumer } from '../src/consumer.ts';
import { leaderLock } from '../src/outbox-reader.ts';
import { runRelay } from '../src/relay.ts';
import { replay } from '../src/replay.ts';
import { openPool } from '../src/worker-pool.ts';
import { createBusDatabase } from './bus-database.ts';
import { checkEffects, none } from './check-effects.ts';
import { FakeBroker } from './fake-broker.ts';
import { silent } from './silent-log.ts';
import { answeringHandlers } from './two-services/answering.ts';
import { request } from './two-services/requesting.ts';

let a: TestDatabase;
let b: TestDatabase;
let poolA: pg.Pool;
let poolB: pg.Pool;
beforeAll(async () => {
  [a, b] = await Promise.all([createBusDatabase('prescriptions'), createBusDatabase('tickets')]);
  [poolA, poolB] = [openPool(a.workerUrl, 2), openPool(b.workerUrl, 4)];
});
afterAll(async () => {
  await Promise.all([poolA.end(), poolB.end()]);
  await Promise.all([a.drop(), b.drop()]);
});

it('brings back what a broker lost with its disk, and nothing twice', async () => {
  const requests = new Map<string, string>();
  const since = new Date();
  /** Some requests through one broker, to the consumer or only as far as the queue. */
  const through = async (fake: FakeBroker, count: number, consumed: boolean) => {
    fake.declare('tickets');
    const relay = runRelay({ service: 'prescriptions', databaseUrl: a.relayUrl, log: silent }, fake.broker);
    for (let n = 0; n < count; n++) {
      const [id, aggregate] = [newId(), [...requests.values()][n % 3] ?? newId()];
      requests.set(id, aggregate);
      await request(poolA, id, aggregate);
    }
    await relay.drain();
    await relay.stop();
    if (consumed) await consume(fake);
  };
  const consume = async (fake: FakeBroker) => {
    const consumer = runConsumer(
      { service: 'tickets', pool: poolB, handlers: answeringHandlers, log: silent },
      fake.broker,
    );
    await consumer.drain();
    await consumer.stop();
  };
  const firstBroker = new FakeBroker(1);
  await through(firstBroker, 10, true);
  await through(firstBroker, 600, false);
  expect((await checkEffects(poolB, requests)).lost).toBe(600);

  // The first broker is gone, and a relay still holds the lock.
  const relay = new pg.Client({ connectionString: a.relayUrl });
  await relay.connect();
  await relay.query('SELECT pg_advisory_lock($1)', [leaderLock]);
  const secondBroker = new FakeBroker(2);
  secondBroker.declare('tickets');
  const link = await secondBroker.broker.connect();
  const count = await replay({ databaseUrl: a.relayUrl, since, link, onWaiting: () => void relay.end() });
  await link.close();
  expect(count).toBe(610);
  await consume(secondBroker);
  expect(await checkEffects(poolB, requests)).toEqual(none);
});
