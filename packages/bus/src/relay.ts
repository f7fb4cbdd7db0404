import type { ServiceName } from '@carethread/contracts/define-event.ts';
import { hasSubscriber } from '@carethread/contracts/topology.ts';
import { amqpBroker } from './amqp-link.ts';
import { failpoint } from './failpoint.ts';
import type { Broker, Link, Publish } from './link.ts';
import { type OutboxRow, toMessage } from './message.ts';
import { OutboxMonitor } from './outbox-monitor.ts';
import { OutboxReader } from './outbox-reader.ts';
import { Bell, pause, within } from './pause.ts';
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

const pollMs = 250;
const batchSize = 200;
/** Batches on their way to confirmation. More than one, so that a new event need not wait for an old one's confirm. */
const batchesInFlight = 4;
const confirmPatience = 30_000;
const rotateEveryMs = 3_600_000;

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
        await publishAll(reader, publish, link, { work, ended, observe, untilEmpty: role === 'substitute' });
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

interface Publishing {
  work: Bell;
  ended: AbortSignal;
  observe: Observe;
  /** Stop at an empty outbox: for one who stands in for the leader. */
  untilEmpty: boolean;
}

/**
 * Reads and publishes until `ended` fires, or the outbox is empty. Events leave in id order on one channel, beginning with the
 * oldest that still exists, and go from the outbox only after their confirm: so the first copy of each event reaches a
 * queue in order even if two relays should run at once.
 */
async function publishAll(
  reader: OutboxReader,
  publish: Publish,
  link: Link,
  { work, ended, observe, untilEmpty }: Publishing,
): Promise<void> {
  const inFlight = new Set<string>();
  const batches = new Set<Promise<void>>();
  let rotatedAt = -Infinity;

  const send = async (rows: OutboxRow[]): Promise<void> => {
    const startedAt = performance.now();
    observe('relayBatchSize', rows.length);
    const confirms = rows.map((row, index) => {
      if (index === rows.length >> 1) failpoint('midPublish');
      return publish(toMessage(row), row.type, hasSubscriber(row.type));
    });
    await within(confirmPatience, 'Confirming a batch', Promise.race([Promise.all(confirms), link.lost]));
    observe('relayConfirmMs', performance.now() - startedAt);
    failpoint('afterConfirmBeforeDelete');
    const archived = reader.archive(rows.map(({ id }) => id));
    for (const { id } of rows) inFlight.delete(id);
    await archived;
  };

  while (!ended.aborted) {
    if (performance.now() - rotatedAt > rotateEveryMs) {
      await reader.rotateLog();
      rotatedAt = performance.now();
    }
    const rows = await reader.read([...inFlight], batchSize);
    if (rows.length > 0) {
      for (const { id } of rows) inFlight.add(id);
      const batch = send(rows)
        .catch(link.fail)
        .finally(() => batches.delete(batch));
      batches.add(batch);
    }
    if (untilEmpty && rows.length === 0 && batches.size === 0) return;
    if (batches.size >= batchesInFlight) await Promise.race(batches);
    else if (rows.length < batchSize) await work.wait(pollMs, ended);
  }
  await within(5_000, 'Finishing the last batches', Promise.all(batches)).catch(() => {});
}
