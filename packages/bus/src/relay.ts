import type { ServiceName } from '@carethread/contracts/define-event.ts';
import { amqpBroker } from './amqp-link.ts';
import type { Broker, Link } from './link.ts';
import { OutboxMonitor } from './outbox-monitor.ts';
import { OutboxReader } from './outbox-reader.ts';
import { Bell, pause } from './pause.ts';
import { publishOutbox } from './publish-outbox.ts';
import { keepSession } from './session.ts';
import type { Log, Observe, Reachable } from './watch.ts';

export interface RelayOptions {
  service: ServiceName;
  /** Login with the relay's rights. */
  databaseUrl: string;
  amqpUrl: string;
  log: Log;
  observe?: Observe;
}

export interface RelayHealth {
  broker: Reachable;
  database: Reachable;
  /** Whether this instance publishes; the others stand by. */
  leader: boolean;
  /** Age of the oldest unpublished event; 0 when there is none, null when the database cannot say. */
  oldestOutboxAgeMs: number | null;
}

export interface Relay {
  /** Call after each commit that wrote an event. Costs nothing on the instance that publishes. */
  poke(): void;
  health(): Promise<RelayHealth>;
  /** Resolves when the outbox is empty. */
  drain(): Promise<void>;
  /** Finishes what is on its way, at most five seconds, and lets another instance lead. */
  stop(): Promise<void>;
}

/** Publishes this service's outbox to the broker, in order, each event at least once. */
export const startRelay = (options: RelayOptions): Relay =>
  runRelay(options, amqpBroker(options.amqpUrl, `${options.service} relay`, options.service));

/** The relay over any kind of broker. */
export function runRelay(
  { service, databaseUrl, log, observe = () => {} }: Omit<RelayOptions, 'amqpUrl'>,
  broker: Broker,
): Relay {
  const stopping = new AbortController();
  const work = new Bell();
  const monitor = new OutboxMonitor(databaseUrl, observe);
  let brokerUp = false;
  let leader = false;

  const use = async (link: Link, ended: AbortSignal): Promise<void> => {
    const reader = new OutboxReader(databaseUrl, () => work.ring(), link.fail);
    try {
      const publish = await link.publisher();
      await reader.open();
      for (;;) {
        const role = await reader.lead(ended);
        if (!role) return;
        leader = true;
        log.info({ service, role }, 'relay publishes');
        await publishOutbox(reader, publish, link, {
          work,
          ended,
          observe,
          untilEmpty: role === 'substitute',
        });
        leader = false;
      }
    } finally {
      leader = false;
      await reader.close();
    }
  };
  const session = keepSession({
    name: `${service} relay`,
    ...broker,
    use,
    onChange: (up) => (brokerUp = up),
    log,
    signal: stopping.signal,
  });

  const shutDown = async () => {
    stopping.abort();
    await session;
    await monitor.close();
  };
  let stopped: Promise<void> | undefined;

  return {
    poke() {
      if (leader) work.ring();
      else monitor.notifyLeader();
    },
    async health() {
      const oldestOutboxAgeMs = await monitor.oldestAgeMs();
      return {
        broker: brokerUp ? 'up' : 'down',
        database: oldestOutboxAgeMs === null ? 'down' : 'up',
        leader,
        oldestOutboxAgeMs,
      };
    },
    async drain() {
      while (!stopping.signal.aborted && (await monitor.oldestAgeMs()) !== 0) {
        work.ring();
        await pause(5);
      }
    },
    stop: () => (stopped ??= shutDown()),
  };
}
