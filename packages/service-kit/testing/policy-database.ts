import type { ServiceName } from '@carethread/contracts/define-event.ts';
import { createTestDatabase, testStack } from '@carethread/local-stack/test-stack.ts';
import pg from 'pg';
import { migrate, migrationsOf } from '../src/migrate.ts';

export interface PolicyDatabase {
  /** As the superuser, past every policy. */
  sql<Row = Record<string, any>>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Writes rows, column by column as the first of them names them. */
  fill(table: string, rows: readonly object[]): Promise<void>;
  /**
   * The same for rows of nothing but what policies look at: first the table loses its triggers, its checks, references and
   * what may not be null. This database has no other use.
   */
  fillBare(table: string, rows: readonly object[]): Promise<void>;
  /** A connection of the application's role. */
  app: pg.Client;
  drop(): Promise<void>;
}

const bared = (table: string) => `DO $$ DECLARE it text; BEGIN
  ALTER TABLE ${table} DISABLE TRIGGER USER;
  FOR it IN SELECT conname FROM pg_constraint WHERE conrelid = '${table}'::regclass AND contype IN ('c', 'f') LOOP
    EXECUTE format('ALTER TABLE ${table} DROP CONSTRAINT %I', it);
  END LOOP;
  FOR it IN SELECT attname FROM pg_attribute a WHERE attrelid = '${table}'::regclass AND attnum > 0 AND attnotnull
      AND attidentity = '' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid
        AND (i.indisprimary OR i.indisreplident) AND a.attnum = ANY (i.indkey)) LOOP
    EXECUTE format('ALTER TABLE ${table} ALTER %I DROP NOT NULL', it);
  END LOOP;
END $$`;

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
  const fill = async (table: string, rows: readonly object[]) => {
    if (rows.length === 0) return;
    const columns = Object.keys(rows[0]!).join(', ');
    await superuser.query(
      `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1)`,
      [JSON.stringify(rows)],
    );
  };
  return {
    app,
    sql: async (text, values) => (await superuser.query(text, values)).rows as never,
    fill,
    async fillBare(table, rows) {
      await superuser.query(bared(table));
      await fill(table, rows);
    },
    async drop() {
      await Promise.all([superuser.end(), app.end()]);
      await database.drop();
    },
  };
}
