import type { Log } from '@carethread/service-kit/log.ts';
import pg from 'pg';
import { type IRateLimiterStoreOptions, RateLimiterPostgres } from 'rate-limiter-flexible';

export type SharedLimiter = RateLimiterPostgres;

/** Where several gateways count together: one unlogged table, as losing it only makes everybody's count begin anew. */
export interface RateStore {
  limiter(options: Omit<IRateLimiterStoreOptions, 'storeClient'>): SharedLimiter;
  close(): Promise<void>;
}

/** Nothing is connected yet. A store that does not answer is waited for half a second, and said to be away once. */
export function openRateStore(url: string, log: Log): RateStore {
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    connectionTimeoutMillis: 500,
    query_timeout: 500,
    keepAlive: true,
    allowExitOnIdle: true,
  });
  let away = false;
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  // As little of a pool as the library uses: it would take its insurance without a word.
  const storeClient = {
    async query(statement: pg.QueryConfig) {
      try {
        const answer = await pool.query(statement);
        if (away) log.info('rate limits are counted together again');
        away = false;
        return answer;
      } catch (error) {
        if (!away) log.warn({ error }, 'rate limits are counted by this gateway alone');
        away = true;
        throw error;
      }
    },
  };
  return {
    limiter: (options) =>
      new RateLimiterPostgres({
        ...options,
        storeClient,
        storeType: 'client',
        tableName: 'spent',
        tableCreated: true,
      }),
    close: () => pool.end(),
  };
}
