import type { ServiceName } from '@carethread/contracts/define-event.ts';
import { createTestDatabase, testStack } from '@carethread/local-stack/test-stack.ts';
import pg from 'pg';
import { migrate, migrationsOf } from '../src/migrate.ts';

export interface PolicyDatabase {
  /** As the superuser, past every policy. */
  sql<Row = Record<string, any>>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Writes rows, column by column as the first of them names them. */
  fill(table: string, rows: readonly object[]): Promise<void>;
  /** A connection of the application's role. */
  app: pg.Client;
  drop(): Promise<void>;
}

/** A service's database without the service: tables and policies alone. */
export async function policyDatabase(service: ServiceName, folder: string): Promise<PolicyDatabase> {
  const database = await createTestDatabase(service, {
    key: JSON.stringify(migrationsOf(folder)),
    migrate: async (ownerUrl) => void (await migrate(ownerUrl, folder)),
  });
  const url = new URL(testStack().adminUrl);
  url.pathname = new URL(database.ownerUrl).pathname;
  const superuser = new pg.Client({ connectionString: url.href });
  const app = new pg.Client({ connectionString: database.appUrl, pipeline: true });
  await Promise.all([superuser.connect(), app.connect()]);
  return {
    app,
    sql: async (text, values) => (await superuser.query(text, values)).rows as never,
    async fill(table, rows) {
      if (rows.length === 0) return;
      const columns = Object.keys(rows[0]!).join(', ');
      await superuser.query(
        `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1)`,
        [JSON.stringify(rows)],
      );
    },
    async drop() {
      await Promise.all([superuser.end(), app.end()]);
      await database.drop();
    },
  };
}
