import pg from 'pg';
import { type OutboxRow, rowColumns } from './message.ts';
import { pause, within } from './pause.ts';

/** Age of the oldest event at which a leader counts as stuck. */
const stuckAfterMs = 10_000;

/** Any number, the same in every service's database: only one relay per database holds it. */
export const leaderLock = 7231;

const contend = `SELECT pg_try_advisory_lock($1) AS won, coalesce((SELECT occurred_at < clock_timestamp() - $2 * interval '1 millisecond'
  FROM bus.outbox ORDER BY outbox.id LIMIT 1), false) AS stuck`;
// Ordered by the column, not by its text form. No `id > last`: a transaction with a lower id may commit later.
const read = `SELECT ${rowColumns} FROM bus.outbox
  WHERE outbox.id <> ALL($1::bigint[]) ORDER BY outbox.id LIMIT $2`;
const archive = `WITH published AS (DELETE FROM bus.outbox WHERE id = ANY($1::bigint[]) RETURNING *)
  INSERT INTO bus.event_log (id, event_id, aggregate_id, sequence, type, payload, actor_id, correlation_id, traceparent, occurred_at)
  SELECT id, event_id, aggregate_id, sequence, type, payload, actor_id, correlation_id, traceparent, occurred_at FROM published`;

/** The outbox through the one connection that also holds the leader's lock: whoever loses it, stops reading. */
export class OutboxReader {
  readonly #client: pg.Client;

  /** `onWake` runs when another instance committed an event, `onLost` when the connection ended. */
  constructor(databaseUrl: string, onWake: () => void, onLost: (reason: Error) => void) {
    this.#client = new pg.Client({
      connectionString: databaseUrl,
      pipeline: true,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5_000,
      connectionTimeoutMillis: 3_000,
      query_timeout: 15_000,
    });
    this.#client.on('error', onLost);
    this.#client.on('end', () => onLost(new Error('The connection to the outbox ended.')));
    this.#client.on('notification', onWake);
  }

  async open(): Promise<void> {
    await this.#client.connect();
    await this.#client.query('LISTEN outbox');
    // A removal that is lost in a crash is a second publication, which the inboxes drop: no need to wait for the disk.
    await this.#client.query('SET synchronous_commit = off');
  }

  /**
   * Waits until this connection leads, or until events lie so long that the leader must be stuck (a paused process keeps
   * its lock). Two relays at once do double work and no harm. Returns null when the signal fired.
   */
  async lead(signal: AbortSignal): Promise<'leader' | 'substitute' | null> {
    while (!signal.aborted) {
      // Asking again and again, as a waiting pg_advisory_lock() holds a snapshot and so keeps vacuum from cleaning.
      const { rows } = await this.#client.query<{ won: boolean; stuck: boolean }>(contend, [
        leaderLock,
        stuckAfterMs,
      ]);
      if (rows[0]?.won) return 'leader';
      if (rows[0]?.stuck) return 'substitute';
      await pause(300, signal);
    }
    return null;
  }

  /** The oldest events that are still there, without those in `except`. */
  async read(except: readonly string[], limit: number): Promise<OutboxRow[]> {
    return (await this.#client.query<OutboxRow>({ name: 'read', text: read, values: [except, limit] })).rows;
  }

  /** Moves published events to the log. A later `read` on this connection no longer sees them, even before this resolves. */
  async archive(ids: readonly string[]): Promise<void> {
    await this.#client.query({ name: 'archive', text: archive, values: [ids] });
  }

  async rotateLog(): Promise<void> {
    await this.#client.query('SELECT bus.rotate_event_log()');
  }

  /** Closes within a second, whatever the server does. */
  async close(): Promise<void> {
    // Otherwise the lock is free a moment after the connection is gone, and the next leader loses that moment.
    const ended = this.#client.query('SELECT pg_advisory_unlock_all()').then(() => this.#client.end());
    await within(1_000, 'Closing', ended).catch(() => {});
    this.#client.connection.stream.destroy();
  }
}
