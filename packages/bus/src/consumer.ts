import type { ServiceName } from '@carethread/contracts/define-event.ts';
import { deadQueueOf, queueOf } from '@carethread/contracts/topology.ts';
import type pg from 'pg';
import { openLink } from './amqp-link.ts';
import { applyCarefully, suspicious } from './careful.ts';
import { DeliveryLoop } from './delivery-loop.ts';
import { failpoint } from './failpoint.ts';
import type { Handlers } from './handlers.ts';
import { applyBatch, lastAttempt, park } from './inbox.ts';
import type { Delivery, Link } from './link.ts';
import { countParked } from './parked.ts';
import { pause } from './pause.ts';
import { handlerTable, type Incoming, readEvent } from './read-event.ts';
import { startRetries } from './retry-parked.ts';
import { keepSession } from './session.ts';
import { isTransient } from './transaction.ts';
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
  runConsumer(options, () => openLink(options.amqpUrl, `${options.service} consumer`, options.service));

/** The consumer over any kind of link. */
export function runConsumer<Service extends ServiceName>(
  {
    service,
    pool,
    handlers,
    log,
    observe = () => {},
    onCommit = () => {},
  }: Omit<ConsumerOptions<Service>, 'amqpUrl'>,
  connect: () => Promise<Link>,
): Consumer {
  const stopping = new AbortController();
  const table = handlerTable(handlers);
  const retries = startRetries({ pool, table, log, observe, onCommit });
  let loop: DeliveryLoop | undefined;

  const parkUnreadable = async (event: Incoming, reason: string) => {
    log.error({ service, eventId: event.id, eventType: event.message.type, reason }, 'event parked');
    await park(pool, event, 1, reason);
  };
  const parkFailed = async (event: Incoming, error: unknown) => {
    log.warn(
      { service, eventId: event.id, eventType: event.message.type, error },
      'event parked after a failure',
    );
    await park(pool, event, 1, describe(error));
    retries.poke();
  };

  /** Returns normally when every event of the batch is applied, remembered or parked, and so may be acknowledged. */
  const settle = async (batch: readonly Delivery[], ended: AbortSignal): Promise<void> => {
    const startedAt = performance.now();
    const incoming = batch.map(({ message }) => readEvent(message, table));
    const events = incoming.filter((event) => event.kind === 'event');
    const careful = batch.some(({ earlierAttempts }) => earlierAttempts >= suspicious);
    const apply = async (some: typeof events) => {
      const written = careful && some[0] ? await applyCarefully(pool, some[0]) : await applyBatch(pool, some);
      if (written) onCommit();
    };
    for (const event of incoming)
      if (event.kind === 'unreadable') await untilReachable(() => parkUnreadable(event, event.reason), ended);
    if (events.length > 0) {
      const failure = await untilReachable(() => apply(events), ended);
      if (failure)
        for (const event of events) {
          const own = await untilReachable(() => apply([event]), ended);
          if (own) await untilReachable(() => parkFailed(event, own.error), ended);
        }
    }
    observe('consumerBatchSize', batch.length);
    observe('consumerBatchMs', performance.now() - startedAt);
    failpoint('afterCommitBeforeAck');
  };

  const settleDead = async (batch: readonly Delivery[], ended: AbortSignal): Promise<void> => {
    for (const { message } of batch) {
      const event = readEvent(message, table);
      log.error({ service, eventId: event.id, eventType: message.type }, 'dead letter parked');
      await untilReachable(() => park(pool, event, lastAttempt, 'The broker gave up on it.'), ended);
    }
  };

  let brokerUp = false;
  const session = keepSession({
    name: `${service} consumer`,
    connect,
    async use(link, ended) {
      const dead = new DeliveryLoop(link, deadQueueOf(service), ended);
      loop = new DeliveryLoop(link, queueOf(service), ended);
      await Promise.all([loop.run(prefetch, settle), dead.run(prefetch, settleDead)]);
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
      while (!(await loop?.isDrained())) await pause(5);
      await retries.drain();
    },
    async stop() {
      stopping.abort();
      await Promise.all([session, retries.stop()]);
    },
  };
}

/**
 * Runs `attempt` until the database is there: trouble of that kind is never held against an event. Returns the failure
 * that is the event's own, or nothing. Throws when `ended` fires first: then the event must not be acknowledged.
 */
async function untilReachable(
  attempt: () => Promise<void>,
  ended: AbortSignal,
): Promise<{ error: unknown } | undefined> {
  for (let wait = 50; ; wait = Math.min(wait * 2, 2_000)) {
    try {
      await attempt();
      return undefined;
    } catch (error) {
      if (!isTransient(error)) return { error };
      await pause(wait, ended);
      if (ended.aborted) throw error;
    }
  }
}

/** A failure in a few words, without values: a database's message may quote the row. */
function describe(error: unknown): string {
  const { code, constraint, message, name } = error as Error & { code?: string; constraint?: string };
  if (code && /^[0-9A-Z]{5}$/.test(code)) return [`SQLSTATE ${code}`, constraint].filter(Boolean).join(' ');
  return `${name}: ${message}`;
}
