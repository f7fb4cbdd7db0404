import type pg from 'pg';
import { applyBatch, lastAttempt, park } from './inbox.ts';
import type { Incoming } from './read-event.ts';

/** From this many earlier deliveries on, an event may be what kills its consumers. */
export const suspicious = 5;
const chances = 3;

const countAttempt = `INSERT INTO bus.suspect (event_id) VALUES ($1)
  ON CONFLICT (event_id) DO UPDATE SET attempts = suspect.attempts + 1 RETURNING attempts`;
const acquit = 'DELETE FROM bus.suspect WHERE event_id = $1';

/**
 * Applies one event that may take the process down. The attempt is counted and committed first, so that it stands even
 * if nothing after it does. After three attempts the event is parked and not retried by itself.
 */
export async function applyCarefully(
  pool: pg.Pool,
  event: Extract<Incoming, { kind: 'event' }>,
): Promise<boolean> {
  const { rows } = await pool.query<{ attempts: number }>(countAttempt, [event.id]);
  if ((rows[0]?.attempts ?? 0) > chances) {
    await park(pool, event, lastAttempt, 'Every attempt ended the process.');
    await pool.query(acquit, [event.id]);
    return false;
  }
  return applyBatch(pool, [event], (tx) => tx.send(acquit, [event.id]));
}
