import pg from 'pg';

/**
 * A pool of pipelining connections that outlives its server. A client without an error listener would take the process
 * down when the server goes away; `pool.on('error')` alone covers idle clients only.
 */
export function openPool(connectionString: string, max: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max,
    pipeline: true,
    connectionTimeoutMillis: 3_000,
    query_timeout: 15_000,
    keepAlive: true,
  });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
