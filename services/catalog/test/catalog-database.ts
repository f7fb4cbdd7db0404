import { resolve } from 'node:path';
import { inTransaction, type Tx } from '@carethread/bus/transaction.ts';
import { createTestDatabase } from '@carethread/local-stack/test-stack.ts';
import { migrate, migrationsOf } from '@carethread/service-kit/migrate.ts';
import pg from 'pg';

const folder = resolve(import.meta.dirname, '..');

/** A migrated database of this suite's own, with the logins of production. */
export async function createCatalogDatabase() {
  const database = await createTestDatabase('catalog', {
    key: JSON.stringify(migrationsOf(folder)),
    migrate: async (url) => void (await migrate(url, folder)),
  });
  const open = (kind: 'app' | 'worker' | 'admin' | 'owner') =>
    new pg.Pool({ connectionString: database.url(kind), max: 2, pipeline: true });
  const pools = { app: open('app'), worker: open('worker'), admin: open('admin'), owner: open('owner') };
  return {
    ...database,
    adminUrl: database.url('admin'),
    /** One transaction of one of the catalog's logins; `admin` is the one that may write schema reference. */
    as: <Result>(login: keyof typeof pools, work: (tx: Tx) => Promise<Result>) =>
      inTransaction(pools[login], work),
    async drop() {
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
      await database.drop();
    },
  };
}
export type CatalogDatabase = Awaited<ReturnType<typeof createCatalogDatabase>>;
