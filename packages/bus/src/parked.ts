import { events } from '@carethread/contracts/registry.ts';
import type pg from 'pg';
import { lastAttempt } from './inbox.ts';
import type { Message } from './link.ts';
import { mask } from './mask.ts';
import { inTransaction } from './transaction.ts';

export interface ParkedEvent {
  eventId: string;
  aggregateId: string;
  type: string | null;
  attempts: number;
  nextAttemptAt: Date | null;
  error: string | null;
  receivedAt: Date;
  /** Parked events of the same aggregate that wait for this one. */
  waiting: number;
}

/** Who acts on a parked event, and why: kept with the action. */
export interface Reason {
  who: string;
  why: string;
}

const count = `SELECT count(*)::int AS n FROM bus.inbox WHERE status = 'parked'`;
const heads = `SELECT DISTINCT ON (aggregate_id) event_id AS "eventId", aggregate_id AS "aggregateId",
    message ->> 'type' AS type, attempts, next_attempt_at AS "nextAttemptAt", error, received_at AS "receivedAt",
    (count(*) OVER (PARTITION BY aggregate_id) - 1)::int AS waiting
  FROM bus.inbox WHERE status = 'parked' ORDER BY aggregate_id, seq`;
const one = `SELECT event_id AS "eventId", aggregate_id AS "aggregateId", message ->> 'type' AS type, attempts,
    next_attempt_at AS "nextAttemptAt", error, received_at AS "receivedAt", message,
    (SELECT count(*)::int FROM bus.inbox later
      WHERE later.status = 'parked' AND later.aggregate_id = inbox.aggregate_id AND later.seq > inbox.seq) AS waiting
  FROM bus.inbox WHERE event_id = $1 AND status = 'parked'`;
const restart = `UPDATE bus.inbox SET attempts = 0, next_attempt_at = now()
  WHERE event_id = $1 AND status = 'parked' RETURNING event_id`;
const giveUp = `UPDATE bus.inbox SET status = 'dropped', message = NULL, next_attempt_at = NULL
  WHERE event_id = $1 AND status = 'parked' RETURNING event_id`;
const audit = 'INSERT INTO bus.parked_action (event_id, action, who, why) VALUES ($1, $2, $3, $4)';

export async function countParked(pool: pg.Pool): Promise<number> {
  return (await pool.query<{ n: number }>(count)).rows[0]?.n ?? 0;
}

/** Parked events nobody retries any more. */
export async function countStopped(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(`${count} AND attempts >= ${lastAttempt}`);
  return rows[0]?.n ?? 0;
}

/** The event at the head of each aggregate that waits; what stands behind it is only counted. */
export async function listParked(pool: pg.Pool): Promise<ParkedEvent[]> {
  return (await pool.query<ParkedEvent>(heads)).rows;
}

/** One parked event with its message, in which everything but ids and codes is masked. Null when it is not parked. */
export async function inspectParked(
  pool: pg.Pool,
  eventId: string,
): Promise<(ParkedEvent & { headers: unknown; data: unknown }) | null> {
  const [row] = (await pool.query<ParkedEvent & { message: Message }>(one, [eventId])).rows;
  if (!row) return null;
  const { message, ...parked } = row;
  const dataClass = events.get(message.type ?? '')?.dataClass ?? 'health-codes';
  return { ...parked, headers: mask(message.headers, 'ids'), data: mask(parse(message.body), dataClass) };
}

/** Lets the event be tried again at once, from the first attempt. Returns false when it is not parked. */
export const redriveParked = (pool: pg.Pool, eventId: string, reason: Reason): Promise<boolean> =>
  act(pool, restart, 'redrive', eventId, reason);

/** Gives the event up for good; what waits behind it goes on without it. Returns false when it is not parked. */
export const dropParked = (pool: pg.Pool, eventId: string, reason: Reason): Promise<boolean> =>
  act(pool, giveUp, 'drop', eventId, reason);

async function act(
  pool: pg.Pool,
  change: string,
  action: string,
  eventId: string,
  { who, why }: Reason,
): Promise<boolean> {
  if (!who.trim() || !why.trim()) throw new Error('Say who acts and why: both are kept.');
  return inTransaction(pool, async (tx) => {
    if ((await tx.query(change, [eventId])).length === 0) return false;
    tx.send(audit, [eventId, action, who, why]);
    return true;
  });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}
