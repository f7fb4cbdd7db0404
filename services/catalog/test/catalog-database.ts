import { resolve } from 'node:path';
import { inTransaction, type Tx } from '@carethread/bus/transaction.ts';
import { asAdministrator, quote } from '@carethread/local-stack/provision.ts';
import { createTestDatabase, testStack } from '@carethread/local-stack/test-stack.ts';
import { migrate, migrationsOf } from '@carethread/service-kit/migrate.ts';
import pg from 'pg';

const folder = resolve(import.meta.dirname, '..');

/** A migrated database of this suite's own, with the logins of production. */
export async function createCatalogDatabase() {
  const { adminUrl } = testStack();
  const adminLogin = await provisionCatalogAdmin(adminUrl);
  const database = await createTestDatabase('catalog', {
    key: JSON.stringify(migrationsOf(folder)),
    migrate: async (url) => void (await migrate(url, folder)),
  });
  const url = new URL(database.ownerUrl);
  await asAdministrator(adminUrl, (admin) =>
    admin.query(`GRANT CONNECT ON DATABASE ${quote(url.pathname.slice(1))} TO ${quote(adminLogin.name)}`),
  );
  url.username = adminLogin.name;
  url.password = adminLogin.password;
  const pools = {
    app: open(database.appUrl),
    worker: open(database.workerUrl),
    catalogAdmin: open(url.href),
    owner: open(database.ownerUrl),
  };
  return {
    ...database,
    catalogAdminUrl: url.href,
    as: <Result>(login: keyof typeof pools, work: (tx: Tx) => Promise<Result>) =>
      inTransaction(pools[login], work),
    async drop() {
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
      await database.drop();
    },
  };
}
export type CatalogDatabase = Awaited<ReturnType<typeof createCatalogDatabase>>;

const open = (connectionString: string) => new pg.Pool({ connectionString, max: 2, pipeline: true });

/** The group that may write schema reference, and a login in it: part of an installation's set-up. */
async function provisionCatalogAdmin(adminUrl: string) {
  const login = { name: 'catalog_admin', password: 'catalog-admin-of-tests' };
  await asAdministrator(adminUrl, async (admin) => {
    await admin.query('SELECT pg_advisory_lock(7231001)');
    for (const [name, options] of [
      ['carethread_catalog_admin', 'NOLOGIN'],
      [login.name, 'LOGIN'],
    ] as const) {
      const { rowCount } = await admin.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
      if (!rowCount) await admin.query(`CREATE ROLE ${quote(name)} ${options}`);
    }
    await admin.query(`ALTER ROLE ${quote(login.name)} PASSWORD ${pg.escapeLiteral(login.password)}`);
    await admin.query(`GRANT carethread_catalog_admin TO ${quote(login.name)}`);
  });
  return login;
}
