import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import { effort } from '@carethread/local-stack/effort.ts';
import type { TestDatabase } from '@carethread/local-stack/test-stack.ts';
import fc from 'fast-check';
import type pg from 'pg';
import { type Consumer, runConsumer } from '../src/consumer.ts';
import type { Handlers } from '../src/handlers.ts';
import { listParked, redriveParked } from '../src/parked.ts';
import { type Relay, runRelay } from '../src/relay.ts';
import { openPool } from '../src/worker-pool.ts';
import { createBusDatabase } from './bus-database.ts';
import { checkEffects, none } from './check-effects.ts';
import { FakeBroker } from './fake-broker.ts';
import { silent } from './silent-log.ts';
import { answeringHandlers } from './two-services/answering.ts';
import { request } from './two-services/requesting.ts';

const drafted = 'prescriptions.prescription.drafted.v1';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createBusDatabase('tickets');
  pool = openPool(database.workerUrl, 12);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

interface Schedule {
  seed: number;
  cutEvery: number;
  /** Which of the aggregates each request goes to, in order. */
  requests: number[];
  /** How often the handler refuses the n-th request before it accepts it. */
  refusals: Record<number, number>;
}

const schedules: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.integer(),
  cutEvery: fc.constantFrom(8, 20, 60),
  requests: fc.array(fc.nat(4), { minLength: 10, maxLength: 40 }),
  refusals: fc.dictionary(fc.nat(40).map(String), fc.integer({ min: 1, max: 4 }), { maxKeys: 3 }),
});

describe('relay and consumer over a broker that duplicates, delays and cuts', () => {
  it('I1-I4: apply every event once, in order, and leave nothing behind', async () => {
    let tried = 0;
    let cuts = 0;
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const outcome = await simulate(schedule);
        tried += 1;
        cuts += outcome.cuts;
        expect(outcome.violations).toEqual(none);
        expect(outcome.left).toEqual({ outbox: 0, parked: 0, messages: 0 });
      }),
      {
        numRuns: effort(100, 500),
        endOnFailure: true,
        // A busy machine tries fewer schedules rather than taking longer.
        interruptAfterTimeLimit: effort(15_000, 120_000),
      },
    );
    // A simulation in which nothing goes wrong proves nothing.
    expect(cuts).toBeGreaterThan(tried / 3);
  });
});

async function simulate({ seed, cutEvery, requests, refusals }: Schedule) {
  const fake = new FakeBroker(seed, cutEvery);
  fake.declare('tickets');
  const aggregates = Array.from({ length: 5 }, () => newId<'Ticket'>() as string);
  const acknowledged = new Map<string, string>();
  const refusing = new Map<string, number>();

  const handlers: Handlers<'tickets'> = {
    ...answeringHandlers,
    [drafted]: async (event, tx) => {
      tx.send('INSERT INTO effect (aggregate_id, sequence, request_id) VALUES ($1, $2, $3)', [
        event.aggregateId,
        event.sequence,
        event.data.prescriptionId,
      ]);
      const left = refusing.get(event.data.prescriptionId) ?? 0;
      refusing.set(event.data.prescriptionId, left - 1);
      if (left > 0) throw new Error('The handler refuses.');
    },
  };
  const relay: Relay = runRelay(
    { service: 'prescriptions', databaseUrl: database.relayUrl, log: silent },
    fake.broker,
  );
  // Two instances: the second takes over when the first one's link is cut.
  const consumers: Consumer[] = [1, 2].map(() =>
    runConsumer({ service: 'tickets', pool, handlers, log: silent }, fake.broker),
  );
  try {
    for (const [n, which] of requests.entries()) {
      const id = newId<'Request'>();
      refusing.set(id, refusals[n] ?? 0);
      await request(pool, id, aggregates[which]!);
      acknowledged.set(id, aggregates[which]!);
      relay.poke();
    }
    await relay.drain();
    do {
      await Promise.any(consumers.map((consumer) => consumer.drain()));
      for (const { eventId } of await listParked(pool))
        await redriveParked(pool, eventId, { who: 'simulation', why: 'no time to wait' });
    } while (fake.messages > 0 || (await listParked(pool)).length > 0);
    const violations = await checkEffects(pool, acknowledged);
    const { rows } = await pool.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM bus.inbox WHERE status = 'parked'`,
    );
    const left = {
      outbox: (await relay.health()).oldestOutboxAgeMs ?? -1,
      parked: rows[0]!.n,
      messages: fake.messages,
    };
    return { violations, left, cuts: fake.cuts };
  } finally {
    await Promise.all([relay.stop(), ...consumers.map((consumer) => consumer.stop())]);
  }
}
