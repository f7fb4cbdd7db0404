import type { ServiceName } from '@carethread/contracts/define-event.ts';
import { deadQueueOf, queueOf } from '@carethread/contracts/topology.ts';
import type pg from 'pg';
import { amqpBroker } from './amqp-link.ts';
import { DeliveryLoop } from './delivery-loop.ts';
import { failpoint } from './failpoint.ts';
import type { Handlers } from './handlers.ts';
import { startHousekeeping } from './housekeeping.ts';
import { lastAttempt } from './inbox.ts';
import type { Broker, Delivery } from './link.ts';
import { countParked } from './parked.ts';
import { pause } from './pause.ts';
import { handlerTable, readEvent } from './read-event.ts';
import { startRetries } from './retry-parked.ts';
import { keepSession } from './session.ts';
import { parkSurely, settleBatch } from './settle-batch.ts';
import type { Log, Observe, Reachable } from './watch.ts';

export interface ConsumerOptions<Service extends ServiceName> {
  service: Service;
  /** Pool of the worker's login with `pipeline: true`, such as service-kit's `database.worker`. Two clients are used. */
  pool: pg.Pool;
  amqpUrl: string;
  handlers: Handlers<Service>;
  log: Log;
  observe?: Observe;
  /** Runs after each commit in which a handler wrote an event or a task: poke relay and task worker here. */
  onCommit?: () => void;
}

export interface ConsumerHealth {
  broker: Reachable;
  database: Reachable;
  /** Events set aside, with those waiting behind them; null when the database cannot say. */
  parked: number | null;
}

export interface Consumer {
  health(): Promise<ConsumerHealth>;
  /** Resolves when the queue is empty and everything from it is handled. Parked events that are due are retried, too. */
  drain(): Promise<void>;
  /** Finishes the batch in hand. */
  stop(): Promise<void>;
}

const prefetch = 200;

/** Handles what arrives in the service's queue: each event's effect exactly once, in the order of its aggregate. */
export const startConsumer = <Service extends ServiceName>(options: ConsumerOptions<Service>): Consumer =>
  runConsumer(options, amqpBroker(options.amqpUrl, `${options.service} consumer`, options.service));

/** The consumer over any kind of broker. */
export function runConsumer<Service extends ServiceName>(
  {
    service,
    pool,
    handlers,
    log,
    observe = () => {},
    onCommit = () => {},
  }: Omit<ConsumerOptions<Service>, 'amqpUrl'>,
  broker: Broker,
): Consumer {
  const stopping = new AbortController();
  const table = handlerTable(handlers);
  const retries = startRetries({ pool, table, log, observe, onCommit });
  const housekeeping = startHousekeeping(pool, log);
  let loop: DeliveryLoop | undefined;

  const settling = { pool, table, log, onCommit, onParked: retries.poke };
  const settle = async (batch: readonly Delivery[], ended: AbortSignal): Promise<void> => {
    const startedAt = performance.now();
    await settleBatch(batch, settling, ended);
    observe('consumerBatchSize', batch.length);
    observe('consumerBatchMs', performance.now() - startedAt);
    failpoint('afterCommitBeforeAck');
  };
  const settleDead = async (batch: readonly Delivery[], ended: AbortSignal): Promise<void> => {
    for (const { message } of batch) {
      const event = readEvent(message, table);
      log.error({ eventId: event.id, eventType: message.type }, 'dead letter parked');
      await parkSurely(pool, event, lastAttempt, 'The broker gave up on it.', ended);
    }
  };

  let brokerUp = false;
  const session = keepSession({
    name: `${service} consumer`,
    ...broker,
    async use(link, ended) {
      const dead = new DeliveryLoop(link, deadQueueOf(service), ended);
      loop = new DeliveryLoop(link, queueOf(service), ended);
      const loops = [loop.run(prefetch, settle), dead.run(prefetch, settleDead)];
      await Promise.all(loops.map((running) => running.catch(link.fail)));
    },
    onChange: (up) => {
      brokerUp = up;
      if (!up) loop = undefined;
    },
    log,
    signal: stopping.signal,
  });

  return {
    async health() {
      const parked = await countParked(pool).catch(() => null);
      return { broker: brokerUp ? 'up' : 'down', database: parked === null ? 'down' : 'up', parked };
    },
    async drain() {
      while (!stopping.signal.aborted && !(await loop?.isDrained().catch(() => false))) await pause(5);
      await retries.drain();
    },
    async stop() {
      stopping.abort();
      await Promise.all([session, retries.stop(), housekeeping.stop()]);
    },
  };
}
