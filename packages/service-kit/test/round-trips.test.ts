import { newId } from '@carethread/contracts/ids.ts';
import { createTestDatabase, type TestDatabase } from '@carethread/local-stack/test-stack.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { actingAs } from '../src/actor-context.ts';
import { ActorPool } from '../src/actor-pool.ts';
import { openDatabase, type Database } from '../src/database.ts';
import { person } from '../testing/people.ts';
import { countRoundTrips, type RoundTripCounter } from '../testing/round-trips.ts';
import { noteDatabase } from './note-database.ts';

const actor = person('doctor');
let files: TestDatabase;
let counter: RoundTripCounter;
let database: Database;
let reads: ActorPool;

beforeAll(async () => {
  files = await createTestDatabase('identity', noteDatabase);
  counter = await countRoundTrips(files.appUrl);
  const shared = { workerUrl: files.workerUrl, poolSize: 1, onWake: () => {}, onError: () => {} };
  database = openDatabase({ appUrl: counter.url, ...shared });
  reads = new ActorPool({ connectionString: counter.url, max: 1, pipeline: true });
  await database.asActor(actor, async (tx) => tx.query('SELECT 1'));
  await reads.query({ text: 'SELECT 1' });
});
afterAll(async () => {
  await database.close();
  await reads.end();
  await counter.close();
  await files.drop();
});

describe('round trips', () => {
  it('a read as somebody takes one', async () => {
    const read = () => actingAs(actor, () => reads.query({ text: 'SELECT * FROM note' }));
    expect(await counter.during(read)).toBe(1);
  });

  it('a command that loads, decides and writes takes two, its idempotency key included', async () => {
    const id = newId();
    await database.asActor(actor, async (tx) => tx.send('INSERT INTO counter VALUES ($1, 0)', [id]));
    const command = () =>
      database.command({ actor, name: 'bump', key: newId(), input: {} }, async (tx) => {
        const [row] = await tx.query<{ version: number }>(
          'SELECT version FROM counter WHERE id = $1 FOR UPDATE',
          [id],
        );
        tx.send('UPDATE counter SET version = $2 WHERE id = $1', [id, row!.version + 1]);
        return row!.version + 1;
      });
    expect(await counter.during(command)).toBe(2);
  });
});
