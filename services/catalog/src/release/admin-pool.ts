import { readAdminConfig } from '../config.ts';
import pg from 'pg';

/**
 * One connection of the catalog's administrator, for commands that make a release: their statements take as long as they
 * take, so no limit is set on them here.
 */
export function openAdminPool(): pg.Pool {
  const { CATALOG_ADMIN_DATABASE_URL } = readAdminConfig();
  const pool = new pg.Pool({ connectionString: CATALOG_ADMIN_DATABASE_URL, max: 1, pipeline: true });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
