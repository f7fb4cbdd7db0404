import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import type { TestDatabase } from '@carethread/local-stack/test-stack.ts';
import type pg from 'pg';
import { inOneTrip, inTransaction, isTransient } from '../src/transaction.ts';
import { openPool } from '../src/worker-pool.ts';
import { createBusDatabase } from './bus-database.ts';

let database: TestDatabase;
let pool: pg.Pool;
let owner: pg.Pool;
beforeAll(async () => {
  database = await createBusDatabase('tickets');
  pool = openPool(database.workerUrl, 1);
  owner = openPool(database.ownerUrl, 1);
});
afterAll(async () => {
  await Promise.all([pool.end(), owner.end()]);
  await database.drop();
});

const insert = 'INSERT INTO request (id) VALUES ($1)';
const exists = async (id: string) =>
  (await pool.query('SELECT FROM request WHERE id = $1', [id])).rowCount === 1;

describe('a transaction', () => {
  it('commits what was sent without waiting', async () => {
    const id = newId();
    await inTransaction(pool, async (tx) => tx.send(insert, [id]));
    expect(await exists(id)).toBe(true);
  });

  it('rolls back and passes the error on when the work throws', async () => {
    const id = newId();
    const work = inTransaction(pool, async (tx) => {
      await tx.query(insert, [id]);
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await exists(id)).toBe(false);
  });

  it('fails with the cause when something sent has failed, not with what followed from it', async () => {
    const id = newId();
    const atCommit = inTransaction(pool, async (tx) => {
      tx.send(insert, [id]);
      tx.send(insert, [id]);
    });
    await expect(atCommit).rejects.toMatchObject({ code: '23505' });
    const atNextQuery = inTransaction(pool, async (tx) => {
      tx.send('SELECT 1 / 0');
      await tx.query('SELECT 1');
    });
    await expect(atNextQuery).rejects.toMatchObject({ code: '22012' });
    expect(await exists(id)).toBe(false);
  });

  it('writes nothing when one of its statements cannot even be sent, and goes on working', async () => {
    const id = newId();
    const endless: Record<string, unknown> = {};
    endless.itself = endless;
    const write = (json: unknown) => [
      { text: insert, values: [id] },
      { text: 'SELECT $1::jsonb AS json', values: [json] },
    ];
    const transaction = (json: unknown) =>
      inTransaction(pool, async (tx) => write(json).forEach(({ text, values }) => tx.send(text, values)));
    await expect(transaction(endless)).rejects.toThrow(/circular/);
    await expect(inOneTrip(pool, write(endless))).rejects.toThrow(/circular/);
    expect(await exists(id)).toBe(false);
    const [, answer] = await inOneTrip(pool, write({ one: 1 }));
    expect(answer!.rows).toEqual([{ json: { one: 1 } }]);
    expect(await exists(id)).toBe(true);
  });

  it('in one trip is all or nothing, and what it had not yet prepared can be used later', async () => {
    const id = newId();
    const doubled = [insert, insert, 'SELECT 7 AS seven'].map((text) => ({ text, values: [id] }));
    doubled[2]!.values = [];
    await expect(inOneTrip(pool, doubled)).rejects.toMatchObject({ code: '23505' });
    expect(await exists(id)).toBe(false);
    const [first, , last] = await inOneTrip(pool, [
      { text: insert, values: [id] },
      ...Array(2).fill(doubled[2]),
    ]);
    expect([first!.rowCount, last!.rows]).toEqual([1, [{ seven: 7 }]]);
  });

  it('leaves no transaction open on the connection it gives back', async () => {
    for (const statement of ['SELECT 1', 'SELECT 1 / 0', 'SELECT nonsense'])
      await inTransaction(pool, (tx) => tx.query(statement)).catch(() => {});
    const { rows } = await pool.query(
      'SELECT pg_current_xact_id_if_assigned() AS xid, now() = statement_timestamp() AS fresh',
    );
    expect(rows).toEqual([{ xid: null, fresh: true }]);
  });

  it('survives a change of a table it has prepared statements for', async () => {
    await owner.query('CREATE TABLE changing (id int); GRANT SELECT ON changing TO carethread_worker');
    const read = () => inTransaction(pool, (tx) => tx.query('SELECT * FROM changing'));
    await read();
    await owner.query('ALTER TABLE changing ADD COLUMN more int');
    const failure: unknown = await read().catch((error: unknown) => error);
    expect(isTransient(failure)).toBe(true);
    await expect(read()).resolves.toEqual([]);
  });
});

describe('a failure', () => {
  const failure = (code: string | undefined, message = 'x') => Object.assign(new Error(message), { code });
  it.each([
    ['08006', 'connection_failure'],
    ['40001', 'serialization_failure'],
    ['40P01', 'deadlock_detected'],
    ['53300', 'too_many_connections'],
    ['57P01', 'admin_shutdown'],
    ['55P03', 'lock_not_available'],
    ['25006', 'read_only_sql_transaction'],
    ['ECONNREFUSED', 'the server is not there'],
    [undefined, 'Connection terminated unexpectedly'],
    [undefined, 'timeout exceeded when trying to connect'],
  ])('of the database is passing: %s %s', (code, message) => {
    expect(isTransient(failure(code, message))).toBe(true);
  });

  it.each([
    ['23505', 'unique_violation'],
    ['57014', 'query_canceled: a statement that is too slow will be so again'],
    ['P0001', 'raise_exception'],
    ['EXPIRED', 'a code of our own'],
    ['ERR_INVALID_ARG_TYPE', 'a mistake in the program'],
    [undefined, 'The connection between these drugs is not known.'],
    [undefined, 'payment timeout'],
  ])('of the work itself is not: %s %s', (code, message) => {
    expect(isTransient(failure(code, message))).toBe(false);
  });

  it('that is no error at all is not, either', () => {
    expect([null, undefined, 'text', 7, {}].map(isTransient)).toEqual(Array(5).fill(false));
  });
});
