import type { ServiceName } from '@carethread/contracts/define-event.ts';
import { queueOf, subscribersOf } from '@carethread/contracts/topology.ts';
import type { Broker, Delivery, Link, Message } from '../src/link.ts';

interface Stored {
  message: Message;
  attempts: number;
}
interface Consumer {
  link: FakeLink;
  prefetch: number;
  onDelivery: (delivery: Delivery) => void;
  unacknowledged: { tag: number; stored: Stored }[];
  nextTag: number;
}
interface Queue {
  waiting: Stored[];
  /** In the order they came; the first is the single active one. */
  consumers: Consumer[];
}
type Step = () => void;

/**
 * A broker in memory that behaves as RabbitMQ does towards our loops, and badly whenever it is allowed to. Everything
 * that travels (publications, confirms, deliveries, acknowledgements) is a step, taken later in a random order that one
 * seed decides; what travels on one link in one direction stays in order. `cutEvery` is how many steps go by, on
 * average, before a link is cut, with whatever is on its way.
 */
export class FakeBroker {
  readonly #queues = new Map<string, Queue>();
  readonly #links = new Set<FakeLink>();
  readonly #random: () => number;
  readonly #cutEvery: number;
  #ticking = false;
  cuts = 0;

  constructor(seed: number, cutEvery = Infinity) {
    this.#random = generator(seed);
    this.#cutEvery = cutEvery;
  }

  readonly broker: Broker = {
    connect: async () => {
      const link = new FakeLink(this);
      this.#links.add(link);
      return link;
    },
    firstPauseMs: 0,
  };

  declare(service: ServiceName): void {
    this.queue(queueOf(service));
  }

  queue(name: string): Queue {
    let queue = this.#queues.get(name);
    if (!queue) this.#queues.set(name, (queue = { waiting: [], consumers: [] }));
    return queue;
  }

  /** The queues that exist and take this type. */
  routes(type: string): Queue[] {
    return subscribersOf(type).flatMap((service) => this.#queues.get(queueOf(service)) ?? []);
  }

  /** Messages in all queues, given to a consumer or not. */
  get messages(): number {
    return [...this.#queues.values()].reduce(
      (sum, { waiting, consumers }) =>
        sum +
        waiting.length +
        consumers.reduce((held, { unacknowledged }) => held + unacknowledged.length, 0),
      0,
    );
  }

  /** Gives each active consumer as much as its prefetch allows. */
  dispatch(): void {
    for (const { waiting, consumers } of this.#queues.values()) {
      const active = consumers[0];
      while (active && waiting.length > 0 && active.unacknowledged.length < active.prefetch) {
        const stored = waiting.shift()!;
        const tag = active.nextTag++;
        active.unacknowledged.push({ tag, stored });
        const delivery = { message: stored.message, earlierAttempts: stored.attempts, tag };
        active.link.toClient.push(() => active.onDelivery(delivery));
      }
    }
    this.#tick();
  }

  /** What a link had not acknowledged goes back to the head of its queue, as tried once more. */
  remove(link: FakeLink): void {
    this.#links.delete(link);
    for (const queue of this.#queues.values()) {
      for (const { unacknowledged } of queue.consumers.filter((consumer) => consumer.link === link))
        queue.waiting.unshift(
          ...unacknowledged.map(({ stored }) => ({ ...stored, attempts: stored.attempts + 1 })),
        );
      queue.consumers = queue.consumers.filter((consumer) => consumer.link !== link);
    }
    this.dispatch();
  }

  #tick(): void {
    if (this.#ticking) return;
    this.#ticking = true;
    setImmediate(() => {
      this.#ticking = false;
      const lanes = [...this.#links].flatMap(({ toBroker, toClient }) => [toBroker, toClient]);
      const busy = lanes.filter((lane) => lane.length > 0);
      if (busy.length === 0) return;
      const pick = <Item>(items: Item[]) => items[Math.floor(this.#random() * items.length)]!;
      const lane: Step[] = pick(busy);
      // Some steps at a time: how many is what decides on batches, prefixes and overtaking.
      for (let steps = 1 + Math.floor(this.#random() * 8); steps > 0; steps--) lane.shift()?.();
      if (this.#random() * this.#cutEvery < 1) {
        this.cuts++;
        pick([...this.#links])?.fail(new Error('The link was cut.'));
      }
      this.#tick();
    });
  }

  wake(): void {
    this.#tick();
  }
}

class FakeLink implements Link {
  readonly #broker: FakeBroker;
  readonly toBroker: Step[] = [];
  readonly toClient: Step[] = [];
  readonly lost: Promise<never>;
  alive = true;
  #reject: (reason: Error) => void = () => {};

  constructor(broker: FakeBroker) {
    this.#broker = broker;
    this.lost = new Promise<never>((_, reject) => (this.#reject = reject));
    this.lost.catch(() => {});
  }

  readonly fail = (reason: Error): void => {
    if (!this.alive) return;
    this.alive = false;
    this.#reject(reason);
    this.#broker.remove(this);
  };

  async close(): Promise<void> {
    this.fail(new Error('The link is being closed.'));
  }

  async publisher() {
    return (message: Message, routingKey: string, mandatory: boolean) =>
      new Promise<void>((resolve, reject) => {
        this.lost.catch(reject);
        this.#send(this.toBroker, () => {
          const queues = this.#broker.routes(routingKey);
          for (const { waiting } of queues) waiting.push({ message, attempts: 0 });
          this.#broker.dispatch();
          this.#send(this.toClient, () => {
            if (mandatory && queues.length === 0) this.fail(new Error(`No queue takes ${routingKey}.`));
            else resolve();
          });
        });
      });
  }

  async subscribe(name: string, prefetch: number, onDelivery: (delivery: Delivery) => void) {
    const consumer: Consumer = { link: this, prefetch, onDelivery, unacknowledged: [], nextTag: 1 };
    this.#broker.queue(name).consumers.push(consumer);
    this.#broker.dispatch();
    return {
      ackThrough: ({ tag }: Delivery) => {
        this.#send(this.toBroker, () => {
          consumer.unacknowledged = consumer.unacknowledged.filter((held) => held.tag > tag);
          this.#broker.dispatch();
        });
      },
      waiting: () =>
        new Promise<number>((resolve, reject) => {
          this.lost.catch(reject);
          this.#send(this.toBroker, () => {
            const { length } = this.#broker.queue(name).waiting;
            this.#send(this.toClient, () => resolve(length));
          });
        }),
    };
  }

  #send(lane: Step[], step: Step): void {
    lane.push(step);
    this.#broker.wake();
  }
}

/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
