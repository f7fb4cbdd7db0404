import { createTestDatabase, type TestDatabase } from '@carethread/local-stack/test-stack.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { actingAs } from '../src/actor-context.ts';
import { ActorPool } from '../src/actor-pool.ts';
import { person } from '../testing/people.ts';
import { noteDatabase } from './note-database.ts';

const people = Array.from({ length: 12 }, () => person('patient'));
let database: TestDatabase;
let pool: ActorPool;

beforeAll(async () => {
  database = await createTestDatabase('identity', noteDatabase);
  pool = new ActorPool({ connectionString: database.appUrl, max: 6, pipeline: true });
  pool.on('error', () => {});
  for (const actor of people)
    for (let n = 0; n < 5; n++) await actingAs(actor, () => insert(actor.userId, `note ${n}`));
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const insert = (userId: string, body: string) =>
  pool.query({
    text: 'INSERT INTO note (id, user_id, body) VALUES ($1, $2, $3)',
    values: [newId(), userId, body],
  });
const read = async (): Promise<string[]> =>
  (await pool.query({ text: 'SELECT user_id FROM note' })).rows.map(
    (row: { user_id: string }) => row.user_id,
  );

describe('ActorPool', () => {
  it('shows each person their own rows, and nobody nothing', async () => {
    for (const actor of people) expect(new Set(await actingAs(actor, read))).toEqual(new Set([actor.userId]));
    expect(await read()).toEqual([]);
    expect(await actingAs(null, read)).toEqual([]);
  });

  it("refuses to write another person's row", async () => {
    const [one, other] = people;
    await expect(actingAs(one!, () => insert(other!.userId, 'forged'))).rejects.toThrow(/row-level security/);
  });

  it('never leaks between requests that share connections, whatever fails in between', async () => {
    const step = fc.record({
      who: fc.integer({ min: -1, max: people.length - 1 }),
      what: fc.constantFrom('read', 'read', 'read', 'divide by zero', 'forge', 'no such table'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 24, maxLength: 24 }), async (steps) => {
        await Promise.all(
          steps.map(({ who, what }) => {
            const actor = people[who] ?? null;
            return actingAs(actor, async () => {
              if (what === 'read') {
                const seen = new Set(await read());
                expect(seen).toEqual(new Set(actor ? [actor.userId] : []));
              } else if (what === 'forge') {
                await expect(insert(newId(), 'forged')).rejects.toThrow(/row-level security/);
              } else {
                const text = what === 'divide by zero' ? 'SELECT 1 / 0' : 'SELECT * FROM no_such_table';
                await expect(pool.query({ text })).rejects.toThrow(/division by zero|does not exist/);
              }
            });
          }),
        );
      }),
      { numRuns: 60 },
    );
    const { rows } = await pool.query(
      `SELECT count(*)::int AS open FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'`,
      [],
    );
    expect(rows).toEqual([{ open: 0 }]);
  });
});
