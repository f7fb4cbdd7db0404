import type pg from 'pg';
import { describeFailure } from './describe-failure.ts';
import { failpoint } from './failpoint.ts';
import { lastAttempt } from './inbox.ts';
import type { Message } from './link.ts';
import { countParked, countStopped } from './parked.ts';
import { Bell, pause } from './pause.ts';
import { type HandlerTable, readEvent } from './read-event.ts';
import { inTransaction, isTransient } from './transaction.ts';
import type { Log, Observe } from './watch.ts';

interface Claimed {
  event_id: string;
  attempts: number;
  message: Message;
}

// The oldest parked event of each aggregate, found by hopping from aggregate to aggregate along the index: what waits
// behind a failing event, thousands perhaps, is never read. The attempt is counted, and the next one set, before the
// handler runs, so an event that kills the process does so at growing intervals and twenty times at most.
const claim = `
  WITH RECURSIVE head AS (
    (SELECT event_id, aggregate_id, attempts, next_attempt_at FROM bus.inbox
      WHERE status = 'parked' ORDER BY aggregate_id, seq LIMIT 1)
    UNION ALL
    SELECT next.* FROM head, LATERAL (
      SELECT event_id, aggregate_id, attempts, next_attempt_at FROM bus.inbox
      WHERE status = 'parked' AND aggregate_id > head.aggregate_id ORDER BY aggregate_id, seq LIMIT 1) AS next
  ), due AS (
    SELECT inbox.event_id FROM bus.inbox JOIN head USING (event_id)
    WHERE inbox.status = 'parked' AND inbox.next_attempt_at <= now() AND inbox.attempts < ${lastAttempt}
    ORDER BY inbox.next_attempt_at LIMIT 20 FOR UPDATE OF inbox SKIP LOCKED
  )
  UPDATE bus.inbox SET attempts = attempts + 1,
    next_attempt_at = now() + least(200 * 2 ^ attempts, 60000) * interval '1 millisecond'
  FROM due WHERE inbox.event_id = due.event_id
  RETURNING inbox.event_id, inbox.attempts, inbox.message`;
const hold = `SELECT 1 FROM bus.inbox WHERE event_id = $1 AND attempts = $2 AND status = 'parked' FOR UPDATE`;
const done = `UPDATE bus.inbox SET status = 'done', message = NULL, error = NULL, next_attempt_at = NULL WHERE event_id = $1`;
const note = 'UPDATE bus.inbox SET error = $2 WHERE event_id = $1';

const lookEveryMs = 250;
const sampleEveryMs = 5_000;

export interface Retries {
  poke(): void;
  /** Resolves when no parked event is due. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** Tries parked events again, the oldest of each aggregate first, with growing pauses of at most a minute. */
export function startRetries(options: {
  pool: pg.Pool;
  table: HandlerTable;
  log: Log;
  observe: Observe;
  onCommit: () => void;
}): Retries {
  const { pool, table, log, observe, onCommit } = options;
  const stopping = new AbortController();
  const work = new Bell();

  const retry = async ({ event_id: id, attempts, message }: Claimed): Promise<void> => {
    const event = readEvent(message, table);
    try {
      if (event.kind === 'unreadable') throw new Error(event.reason);
      const wakes = await inTransaction(pool, async (tx) => {
        // Another instance may have claimed it since, or may still be busy with it.
        if ((await tx.query(hold, [id, attempts])).length === 0) return false;
        if (event.kind === 'event') await event.apply(tx);
        tx.send(done, [id]);
        return tx.wakes;
      });
      if (wakes) onCommit();
      log.info({ eventId: id, attempts }, 'parked event handled');
    } catch (error) {
      if (isTransient(error)) throw error;
      await pool.query(note, [id, describeFailure(error)]);
      if (attempts >= lastAttempt)
        log.error({ eventId: id, eventType: message.type, error }, 'parked event stopped');
    }
  };
  let inHand = 0;
  let ended = 0;
  /** Returns how many were due. */
  const pass = async (): Promise<number> => {
    inHand++;
    try {
      const { rows } = await pool.query<Claimed>({ name: 'claim-parked', text: claim });
      if (rows.length > 0) failpoint('afterRetryClaim');
      for (const row of rows) await retry(row);
      ended += rows.length;
      return rows.length;
    } finally {
      inHand--;
    }
  };

  const loop = async (): Promise<void> => {
    let sampledAt = -Infinity;
    while (!stopping.signal.aborted) {
      try {
        if (performance.now() - sampledAt > sampleEveryMs) {
          sampledAt = performance.now();
          observe('parkedEvents', await countParked(pool));
          observe('stoppedEvents', await countStopped(pool));
        }
        if ((await pass()) > 0) continue;
      } catch (error) {
        log.warn({ error }, 'retrying parked events failed');
      }
      await work.wait(lookEveryMs, stopping.signal);
    }
  };
  const running = loop();

  return {
    poke: () => work.ring(),
    async drain() {
      for (;;) {
        const before = ended;
        if ((await pass()) > 0) continue;
        // What the loop had in hand meanwhile may have been what others waited for.
        if (inHand === 0 && ended === before) return;
        await pause(1);
      }
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
