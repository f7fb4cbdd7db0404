import type { Consumer } from '@carethread/bus/consumer.ts';
import type { Relay } from '@carethread/bus/relay.ts';
import type { Database } from './database.ts';

export interface Readiness {
  /** True when requests can be answered. A broker that is away does not make a service unready: writes go on. */
  ready: boolean;
  database: 'up' | 'down';
  broker: 'up' | 'down';
  /** Age of the oldest event not yet published; null when unknown. */
  oldestOutboxAgeMs: number | null;
  /** Events set aside after a failure; null when unknown. */
  parked: number | null;
}

export async function readinessOf(parts: {
  database: Database;
  relay: Relay;
  consumer: Consumer;
}): Promise<Readiness> {
  const [database, relay, consumer] = await Promise.all([
    parts.database.ping().then(
      () => 'up' as const,
      () => 'down' as const,
    ),
    parts.relay.health(),
    parts.consumer.health(),
  ]);
  return {
    ready: database === 'up',
    database,
    broker: relay.broker === 'up' && consumer.broker === 'up' ? 'up' : 'down',
    oldestOutboxAgeMs: relay.oldestOutboxAgeMs,
    parked: consumer.parked,
  };
}
