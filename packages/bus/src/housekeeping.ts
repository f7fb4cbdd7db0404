import type pg from 'pg';
import { pause } from './pause.ts';
import type { Log } from './watch.ts';

/** How long a copy of an event is still recognised, in days. The event log is kept as long: see replay-cli.ts. */
const memoryDays = 30;
const everyMs = 3_600_000;

// Ids are UUIDs of version 7 and begin with their time, so the primary key finds the oldest.
const forget = `DELETE FROM bus.inbox WHERE event_id IN (
  SELECT event_id FROM bus.inbox WHERE event_id < $1 AND status <> 'parked' AND received_at < $2 LIMIT 5000)`;
const acquitOld = 'DELETE FROM bus.suspect WHERE at < $1';

export interface Housekeeping {
  /** Cleans up once, to the end. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** Forgets handled events after thirty days, once an hour. Commands are kept: their first answer holds for ever. */
export function startHousekeeping(pool: pg.Pool, log: Log, now: () => Date = () => new Date()): Housekeeping {
  const stopping = new AbortController();
  const clean = async () => {
    const limit = new Date(now().getTime() - memoryDays * 86_400_000);
    await pool.query(acquitOld, [limit]);
    while (((await pool.query(forget, [lowestId(limit), limit])).rowCount ?? 0) > 0);
  };
  const loop = async () => {
    while (!stopping.signal.aborted) {
      await clean().catch((error: unknown) => log.warn({ error }, 'inbox clean-up failed'));
      await pause(everyMs, stopping.signal);
    }
  };
  const running = loop();
  return {
    drain: clean,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** The smallest UUID of version 7 of this time. */
function lowestId(at: Date): string {
  const hex = at.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
