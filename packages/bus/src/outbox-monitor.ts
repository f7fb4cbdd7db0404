import { openPool } from './worker-pool.ts';
import type { Observe } from './watch.ts';

const oldest = `SELECT coalesce((SELECT greatest(1, extract(epoch FROM clock_timestamp() - occurred_at) * 1000)
  FROM bus.outbox ORDER BY outbox.id LIMIT 1), 0)::float8 AS age`;
const sampleEveryMs = 5_000;

/** A second connection to the outbox: tells the leading instance of new events, and how long the oldest has waited. */
export class OutboxMonitor {
  readonly #pool;
  readonly #sampler: NodeJS.Timeout;
  #notifying: 'no' | 'yes' | 'again' = 'no';

  constructor(databaseUrl: string, observe: Observe) {
    this.#pool = openPool(databaseUrl, 2);
    this.#sampler = setInterval(async () => {
      const age = await this.oldestAgeMs();
      if (age !== null) observe('outboxAgeMs', age);
    }, sampleEveryMs);
    this.#sampler.unref();
  }

  /**
   * Wakes the leader, wherever it is. Never inside a business transaction: NOTIFY takes a lock over all databases at
   * commit and costs half to three quarters of the throughput. One call at a time, the rest is told by the next one.
   */
  notifyLeader(): void {
    if (this.#notifying !== 'no') {
      this.#notifying = 'again';
      return;
    }
    this.#notifying = 'yes';
    void this.#pool
      .query("SELECT pg_notify('outbox', '')")
      // The leader's poll finds the event without us, a quarter of a second later.
      .catch(() => {})
      .finally(() => {
        const again = this.#notifying === 'again';
        this.#notifying = 'no';
        if (again) this.notifyLeader();
      });
  }

  /** Milliseconds the oldest event has waited, 0 when none waits, null when the database does not answer. */
  async oldestAgeMs(): Promise<number | null> {
    try {
      const { rows } = await this.#pool.query<{ age: number }>({ name: 'oldest', text: oldest });
      return rows[0]?.age ?? 0;
    } catch {
      return null;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sampler);
    await this.#pool.end();
  }
}
