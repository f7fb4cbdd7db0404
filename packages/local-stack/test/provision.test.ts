import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, testStack } from '../src/test-stack.ts';
import type { TestDatabase } from '../src/test-stack.ts';
import { loginUrl, provisionDatabase } from '../src/provision.ts';

const as = async <Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
};

let migrations = 0;
const options = {
  key: 'one table with row level security',
  migrate: async (ownerUrl: string) => {
    migrations += 1;
    await as(
      ownerUrl,
      `CREATE TABLE note (id int PRIMARY KEY, body text NOT NULL);
       ALTER TABLE note ENABLE ROW LEVEL SECURITY; ALTER TABLE note FORCE ROW LEVEL SECURITY;
       CREATE POLICY everything ON note TO carethread_worker USING (true);
       GRANT SELECT, INSERT ON note TO carethread_app, carethread_worker;`,
    );
  },
};

describe('a service’s database', () => {
  let databases: TestDatabase[];
  beforeAll(async () => {
    // Together, as Jest's workers do it.
    databases = await Promise.all(Array.from({ length: 4 }, () => createTestDatabase('tickets', options)));
  });
  afterAll(() => Promise.all(databases.map((database) => database.drop())));

  it('is migrated once and copied for every suite', async () => {
    expect(migrations).toBe(1);
    const [first, second] = databases as [TestDatabase, TestDatabase];
    await as(first.workerUrl, `INSERT INTO note VALUES (1, 'only here')`);
    expect(await as(second.workerUrl, 'SELECT * FROM note')).toEqual([]);
  });

  it('gives each login the rights of its group and no more', async () => {
    const { appUrl, workerUrl, relayUrl } = databases[2]!;
    await as(workerUrl, `INSERT INTO note VALUES (1, 'x')`);
    expect(await as(workerUrl, 'SELECT id FROM note')).toEqual([{ id: 1 }]);
    expect(await as(appUrl, 'SELECT id FROM note')).toEqual([]);
    await expect(as(relayUrl, 'SELECT id FROM note')).rejects.toThrow('permission denied');
    for (const url of [appUrl, workerUrl, relayUrl]) {
      await expect(as(url, 'CREATE TABLE mine ()')).rejects.toThrow('permission denied');
      await expect(as(url, 'ALTER TABLE note DISABLE ROW LEVEL SECURITY')).rejects.toThrow('must be owner');
    }
  });

  it('knows an administrator of reference data in catalog only', async () => {
    const catalog = await createTestDatabase('catalog', {
      key: 'rights of the administrator',
      migrate: (ownerUrl) =>
        as(ownerUrl, 'CREATE TABLE rule (); GRANT SELECT ON rule TO carethread_catalog_admin').then(
          () => undefined,
        ),
    });
    expect(await as(catalog.url('admin'), 'SELECT * FROM rule')).toEqual([]);
    await expect(as(catalog.appUrl, 'SELECT * FROM rule')).rejects.toThrow('permission denied');
    await expect(as(databases[0]!.url('admin'), 'SELECT 1')).rejects.toThrow('authentication failed');
    await catalog.drop();
  });

  it('lets nothing that serves people hang, and migrations take their time', async () => {
    const { appUrl, workerUrl, ownerUrl } = databases[3]!;
    const limits = `SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
      current_setting('idle_in_transaction_session_timeout') AS idle, current_setting('transaction_timeout') AS transaction`;
    const limited = { statement: '10s', lock: '5s', idle: '15s', transaction: '30s' };
    expect(await as(appUrl, limits)).toEqual([limited]);
    expect(await as(workerUrl, limits)).toEqual([limited]);
    expect(await as(ownerUrl, limits)).toEqual([{ statement: '0', lock: '0', idle: '0', transaction: '0' }]);
  });

  it('is closed to the logins of every other service', async () => {
    const stranger = new URL(databases[0]!.appUrl);
    stranger.username = 'messaging_app';
    stranger.password = testStack().databasePasswords.messaging.app;
    await expect(as(stranger.href, 'SELECT 1')).rejects.toThrow('permission denied for database');
  });

  it('may be provisioned again, also by two at once, and takes the new passwords', async () => {
    const { adminUrl, databasePasswords } = testStack();
    const changed = { ...databasePasswords.catalog, relay: 'another-password' };
    await Promise.all([
      provisionDatabase(adminUrl, 'catalog', changed),
      provisionDatabase(adminUrl, 'catalog', changed),
    ]);
    const url = loginUrl(adminUrl, 'catalog', 'relay', 'another-password');
    expect(await as(url, 'SELECT current_user AS who')).toEqual([{ who: 'catalog_relay' }]);
    await provisionDatabase(adminUrl, 'catalog', databasePasswords.catalog);
    await expect(as(url, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });
});

describe('a template', () => {
  it('that failed half-way is built anew', async () => {
    const failing = {
      key: 'fails the first time',
      migrate: () => Promise.reject(new Error('no such table')),
    };
    await expect(createTestDatabase('identity', failing)).rejects.toThrow('no such table');
    const database = await createTestDatabase('identity', {
      ...failing,
      migrate: (ownerUrl) => as(ownerUrl, 'CREATE TABLE done ()').then(() => undefined),
    });
    expect(await as(database.ownerUrl, 'SELECT * FROM done')).toEqual([]);
    await database.drop();
  });
});
