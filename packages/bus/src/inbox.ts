import type pg from 'pg';
import { storableText } from './describe-failure.ts';
import { failpoint } from './failpoint.ts';
import type { Message } from './link.ts';
import type { Incoming } from './read-event.ts';
import { inTransaction, Refused, type Tx } from './transaction.ts';

type Applicable = Extract<Incoming, { kind: 'event' }>;

const remember = `INSERT INTO bus.inbox (event_id, aggregate_id)
  SELECT id, aggregate FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS event (id, aggregate, n) ORDER BY n
  ON CONFLICT (event_id) DO NOTHING RETURNING event_id`;
const whichWait = `SELECT DISTINCT aggregate_id FROM bus.inbox WHERE status = 'parked' AND aggregate_id = ANY($1::uuid[])`;
const parkBehind = `UPDATE bus.inbox SET status = 'parked', next_attempt_at = now(), message = event.message
  FROM unnest($1::uuid[], $2::jsonb[]) AS event (id, message) WHERE inbox.event_id = event.id`;
const parkNew = `INSERT INTO bus.inbox (event_id, aggregate_id, status, attempts, next_attempt_at, error, message)
  VALUES ($1, $2, 'parked', $3, now() + interval '400 milliseconds', $4, $5) ON CONFLICT (event_id) DO NOTHING`;

/** Retries end here; the event stays parked until a person redrives or drops it. */
export const lastAttempt = 20;

/**
 * Applies the events that are new, in order, and remembers them, all in one transaction. An event whose aggregate has
 * a parked one is parked behind it. Returns whether an event or a task was written.
 */
export async function applyBatch(
  pool: pg.Pool,
  batch: readonly Applicable[],
  alongside: (tx: Tx) => void = () => {},
): Promise<boolean> {
  const [only] = batch;
  if (only && batch.length === 1) {
    const outcome = await applyAtOnce(pool, only, alongside);
    if (outcome !== 'not to be applied') return outcome === 'wakes';
  }
  return inTransaction(pool, async (tx) => {
    const { isNew, isHeldUp } = await look(tx, batch);
    failpoint('midInboxTransaction');
    // `delete` and not `has`: the second copy within one batch is a copy, too.
    const fresh = batch.filter(({ id }) => isNew.delete(id));
    const behind = fresh.filter(({ aggregateId }) => isHeldUp.has(aggregateId));
    if (behind.length > 0)
      tx.send(parkBehind, [behind.map(({ id }) => id), behind.map(({ message }) => storable(message))]);
    for (const event of fresh) if (!isHeldUp.has(event.aggregateId)) await event.apply(tx);
    alongside(tx);
    return tx.wakes;
  });
}

/**
 * Applies one event on the assumption that it is new and nothing holds it up: what its handler reads first travels with
 * the look whether that is so, which saves a round trip. If it is not so, everything is rolled back.
 */
async function applyAtOnce(
  pool: pg.Pool,
  event: Applicable,
  alongside: (tx: Tx) => void,
): Promise<'wakes' | 'quiet' | 'not to be applied'> {
  try {
    return await inTransaction(pool, async (tx) => {
      // Both are waited for whatever happens: a handler must not go on writing after its transaction has ended.
      const [looked, applied] = await Promise.allSettled([look(tx, [event]), event.apply(tx)]);
      failpoint('midInboxTransaction');
      if (looked.status === 'rejected') throw looked.reason;
      const { isNew, isHeldUp } = looked.value;
      if (!isNew.has(event.id) || isHeldUp.has(event.aggregateId)) throw new NotToBeApplied();
      if (applied.status === 'rejected') throw applied.reason;
      alongside(tx);
      return tx.wakes ? 'wakes' : 'quiet';
    });
  } catch (error) {
    if (error instanceof NotToBeApplied) return 'not to be applied';
    throw error;
  }
}

class NotToBeApplied extends Refused {}

/** Remembers the events; says which of them were new, and which aggregates have a parked event. */
async function look(tx: Tx, batch: readonly Applicable[]) {
  const aggregates = batch.map(({ aggregateId }) => aggregateId);
  // Two statements in one flush: the first may wait for another consumer that is parking an earlier event of the same
  // aggregate, and only a later statement sees what that one committed.
  const [remembered, waiting] = await Promise.all([
    tx.query<{ event_id: string }>(remember, [batch.map(({ id }) => id), aggregates]),
    tx.query<{ aggregate_id: string }>(whichWait, [aggregates]),
  ]);
  return {
    isNew: new Set(remembered.map((row) => row.event_id)),
    isHeldUp: new Set(waiting.map((row) => row.aggregate_id)),
  };
}

/** Sets an event aside that failed or cannot be read. `attempts` of `lastAttempt` means: not retried by itself. */
export async function park(pool: pg.Pool, event: Incoming, attempts: number, reason: string): Promise<void> {
  await pool.query(parkNew, [
    event.id,
    event.aggregateId,
    attempts,
    storableText(reason),
    storable(event.message),
  ]);
}

const storable = (message: Message): string =>
  JSON.stringify(message, (_, value: unknown) => (typeof value === 'string' ? storableText(value) : value));
