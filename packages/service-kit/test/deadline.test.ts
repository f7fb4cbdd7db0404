import { createTestDatabase, type TestDatabase } from '@carethread/local-stack/test-stack.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase, type Database } from '../src/database.ts';
import { deadlineIn, withDeadline } from '../src/deadline.ts';
import { person } from '../testing/people.ts';
import { noteDatabase } from './note-database.ts';

describe('a request’s deadline', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    testDatabase = await createTestDatabase('identity', noteDatabase);
    database = openDatabase({
      appUrl: testDatabase.appUrl,
      workerUrl: testDatabase.workerUrl,
      poolSize: 2,
      onWake: () => {},
      onError: () => {},
    });
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });

  const limit = 'SELECT current_setting($1) AS now';
  const read = async () => (await database.read<{ now: string }>(limit, ['statement_timeout']))[0]?.now;
  const write = async () =>
    database.asActor(
      person('doctor'),
      async (tx) => (await tx.query<{ now: string }>(limit, ['statement_timeout']))[0]?.now,
    );
  const inFuture = (ms: number) => Date.now() + ms;

  it('is that of its statements, and of no others', async () => {
    for (const ask of [read, write]) {
      expect(await withDeadline(inFuture(4_000), ask)).toMatch(/^([1-3]\d{3}ms|4s)$/);
      expect(await ask()).toBe('10s');
      expect(await withDeadline(null, ask)).toBe('10s');
    }
  });

  it('ends what takes longer', async () => {
    const sleep = () => database.read('SELECT pg_sleep(8)', []);
    await expect(withDeadline(inFuture(50), sleep)).rejects.toMatchObject({ code: '57014' });
    await expect(withDeadline(inFuture(-50), sleep)).rejects.toMatchObject({ code: '57014' });
  });

  it.each([
    ['250', 1_250],
    [undefined, null],
    ['soon', null],
    ['-1', null],
    ['99999999', null],
  ])('told as %j is %j', (header, deadline) => {
    expect(deadlineIn(header, 1_000)).toBe(deadline);
  });
});
