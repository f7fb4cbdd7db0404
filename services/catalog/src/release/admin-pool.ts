import { readAdminConfig } from '../config.ts';
import pg from 'pg';

/**
 * One connection of the catalog's administrator, for what makes a release: its statements take as long as they take, so
 * no limit is set on them here.
 */
export function adminPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 1, pipeline: true });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** The same for a command, which has its address from the environment. */
export const openAdminPool = (): pg.Pool => adminPool(readAdminConfig().CATALOG_ADMIN_DATABASE_URL);
