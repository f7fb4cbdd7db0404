import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import { queueOf } from '@carethread/contracts/topology.ts';
import type { Broker, Delivery, Link, Message, Publish } from '../src/link.ts';

/** Taken by the queue of `tickets` and no other. */
const taken = 'prescriptions.prescription.drafted.v1';
/** Taken by no queue. */
const untaken = 'prescriptions.nothing.happened.v1';
const queue = queueOf('tickets');

export interface BrokerUnderTest {
  /** As the service that publishes. */
  publisher: Broker;
  /** As the service whose queue takes it. */
  consumer: Broker;
  dispose(): Promise<void>;
}

/** What relay and consumer rely on, the same for RabbitMQ and for the broker of the simulation. */
export function describeBroker(name: string, open: () => Promise<BrokerUnderTest>): void {
  describe(name, () => {
    let broker: BrokerUnderTest;
    let links: Link[];
    beforeEach(async () => {
      broker = await open();
      links = [];
    });
    afterEach(async () => {
      await Promise.all(links.map((link) => link.close()));
      await broker.dispose();
    });

    const connect = async (as: 'publisher' | 'consumer'): Promise<Link> => {
      const link = await broker[as].connect();
      links.push(link);
      return link;
    };
    const publishAll = async (count: number): Promise<string[]> => {
      await (await connect('consumer')).close();
      const publish = await (await connect('publisher')).publisher();
      const messages = Array.from({ length: count }, () => message());
      await Promise.all(messages.map((each) => publish(each, taken, true)));
      return messages.map(({ id }) => id!);
    };
    const subscribe = async (prefetch: number) => {
      const link = await connect('consumer');
      const inbox = new Inbox();
      const subscription = await link.subscribe(queue, prefetch, inbox.take);
      return { link, inbox, subscription };
    };

    it('delivers in the order of publication, with everything a message carries', async () => {
      const { inbox, subscription } = await subscribe(50);
      const publish = await (await connect('publisher')).publisher();
      const messages = Array.from({ length: 20 }, (_, n) => message({ sequence: n }));
      await Promise.all(messages.map((each) => publish(each, taken, true)));
      const deliveries = await inbox.receive(20);
      expect(deliveries.map((delivery) => delivery.message)).toMatchObject(messages);
      expect(deliveries.every(({ earlierAttempts }) => earlierAttempts === 0)).toBe(true);
      subscription.ackThrough(deliveries.at(-1)!);
    });

    it('gives out no more than the prefetch until something is acknowledged', async () => {
      const ids = await publishAll(5);
      const { inbox, subscription } = await subscribe(2);
      const first = await inbox.receive(2);
      expect(await subscription.waiting()).toBe(3);
      expect(inbox.count).toBe(0);
      subscription.ackThrough(first[1]!);
      expect((await inbox.receive(2)).map((delivery) => delivery.message.id)).toEqual(ids.slice(2, 4));
    });

    it('delivers again, in order and counted, what a lost link had not acknowledged', async () => {
      const ids = await publishAll(4);
      const { link, inbox, subscription } = await subscribe(10);
      const deliveries = await inbox.receive(4);
      subscription.ackThrough(deliveries[0]!);
      // An answer from the broker: so the acknowledgement arrived before the end.
      await subscription.waiting();
      await link.close();

      const again = await (await subscribe(10)).inbox.receive(3);
      expect(again.map((delivery) => delivery.message.id)).toEqual(ids.slice(1));
      expect(again.map(({ earlierAttempts }) => earlierAttempts)).toEqual([1, 1, 1]);
    });

    it('lets one consumer work and the next take over', async () => {
      const active = await subscribe(10);
      const standby = await subscribe(10);
      const ids = await publishAll(3);
      await active.inbox.receive(3);
      expect(standby.inbox.count).toBe(0);
      await active.link.close();
      expect((await standby.inbox.receive(3)).map((delivery) => delivery.message.id)).toEqual(ids);
    });

    it('refuses a mandatory message that no queue takes, and ends the link', async () => {
      const link = await connect('publisher');
      const publish = await link.publisher();
      await expect(Promise.race([publish(message(), untaken, true), link.lost])).rejects.toThrow(/No queue/);
      expect(link.alive).toBe(false);
    });

    it('accepts a message without subscriber when it is not mandatory', async () => {
      const publish = await (await connect('publisher')).publisher();
      await expect(publish(message(), untaken, false)).resolves.toBeUndefined();
    });

    it('confirms nothing on a link that was lost', async () => {
      const link = await connect('publisher');
      const publish: Publish = await link.publisher();
      const answers = Array.from({ length: 5 }, () => publish(message(), untaken, false));
      link.fail(new Error('cut'));
      const settled = await Promise.allSettled(answers);
      expect(settled.map(({ status }) => status)).toEqual(Array(5).fill('rejected'));
      await expect(link.lost).rejects.toThrow('cut');
    });
  });
}

const message = (headers: Record<string, unknown> = {}): Message => ({
  id: newId(),
  type: taken,
  correlationId: 'request-1',
  headers: { aggregate: newId(), occurredAt: new Date().toISOString(), ...headers },
  body: JSON.stringify({ text: 'ü', long: 'x'.repeat(2_000) }),
});

/** Deliveries as they come, to be waited for. */
class Inbox {
  #deliveries: Delivery[] = [];
  #wanted = 0;
  #give: (deliveries: Delivery[]) => void = () => {};

  get count(): number {
    return this.#deliveries.length;
  }

  readonly take = (delivery: Delivery): void => {
    this.#deliveries.push(delivery);
    if (this.#wanted > 0 && this.#deliveries.length >= this.#wanted) this.#hand();
  };

  receive(count: number): Promise<Delivery[]> {
    return new Promise((resolve) => {
      this.#wanted = count;
      this.#give = resolve;
      if (this.#deliveries.length >= count) this.#hand();
    });
  }

  #hand(): void {
    this.#give(this.#deliveries.splice(0, this.#wanted));
    this.#wanted = 0;
  }
}
