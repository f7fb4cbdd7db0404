import { serviceNames } from '@carethread/contracts/define-event.ts';
import pg from 'pg';

/** How many rows every table of every service has, as `service.schema.table`. */
export async function rowCounts(adminUrl: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const service of serviceNames) {
    const url = new URL(adminUrl);
    url.pathname = `/${service}`;
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      const { rows: tables } = await client.query<{ name: string }>(
        `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
      );
      for (const { name } of tables) {
        const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${name}`);
        counts.set(`${service}.${name}`, Number(rows[0]!.count));
      }
    } finally {
      await client.end();
    }
  }
  return counts;
}

/** Tables whose number of rows differs. */
export const changedTables = (before: Map<string, number>, after: Map<string, number>): string[] =>
  [...after].filter(([table, count]) => before.get(table) !== count).map(([table]) => table);
