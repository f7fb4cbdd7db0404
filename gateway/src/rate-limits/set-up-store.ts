import { readFileSync } from 'node:fs';
import pg from 'pg';

/** The table and the rights of the gateway's login on it. */
export const storeSql = readFileSync(new URL('./store.sql', import.meta.url), 'utf8');

/** Makes the table in the database of this address, as its owner. May be repeated. */
export async function setUpStore(ownerUrl: string): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    await owner.query(storeSql);
  } finally {
    await owner.end();
  }
}
