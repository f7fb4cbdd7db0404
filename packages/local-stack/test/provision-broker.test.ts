import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serviceNames } from '@carethread/contracts/define-event.ts';
import {
  deadQueueOf,
  exchangeDeclarations,
  exchanges,
  presenceExchange,
  queueOf,
  queuesOf,
  subscriptions,
} from '@carethread/contracts/topology.ts';
import amqp from 'amqplib';
import { brokerAdmin } from '../src/broker-admin.ts';
import type { BrokerClient } from '../src/provision-broker.ts';
import { createTestVhost, testStack } from '../src/test-stack.ts';
import type { TestVhost } from '../src/test-stack.ts';

let vhost: TestVhost;
beforeAll(async () => {
  vhost = await createTestVhost();
});
afterAll(() => vhost.delete());

/** Runs on a connection of its own; rejects with the broker's reason when the broker closes the channel. */
async function as<Result>(
  client: BrokerClient,
  work: (channel: amqp.ConfirmChannel) => Promise<Result>,
): Promise<Result> {
  const connection = await amqp.connect(vhost.amqpUrl(client), { noDelay: true });
  try {
    const channel = await connection.createConfirmChannel();
    const closed = new Promise<never>((_, reject) => channel.on('error', reject));
    return await Promise.race([work(channel), closed]);
  } finally {
    await connection.close();
  }
}

const publish = (channel: amqp.ConfirmChannel, exchange: string, key: string) =>
  new Promise<void>((resolve, reject) => {
    channel.publish(exchange, key, Buffer.from('{}'), {}, (error: unknown) =>
      error ? reject(error) : resolve(),
    );
  });

describe('the topology', () => {
  it('has a queue and a dead-letter queue for every service before anyone connects', async () => {
    const connection = await amqp.connect(vhost.adminUrl, { noDelay: true });
    const channel = await connection.createChannel();
    for (const service of serviceNames) {
      await expect(channel.checkQueue(queueOf(service))).resolves.toMatchObject({ messageCount: 0 });
      await expect(channel.checkQueue(deadQueueOf(service))).resolves.toMatchObject({ messageCount: 0 });
    }
    await connection.close();
  });

  it('routes an event to its subscribers and to nobody else', async () => {
    const type = 'catalog.screening.completed.v1';
    await as('catalog', (channel) => publish(channel, exchanges.events, type));
    const connection = await amqp.connect(vhost.adminUrl, { noDelay: true });
    const channel = await connection.createChannel();
    for (const service of serviceNames) {
      const { messageCount } = await channel.checkQueue(queueOf(service));
      expect({ service, messageCount }).toEqual({
        service,
        messageCount: (subscriptions[service] as readonly string[]).includes(type) ? 1 : 0,
      });
    }
    await connection.close();
  });
});

describe('a service', () => {
  it.each(serviceNames)(
    '%s may assert its part of the topology, publish its own events and consume',
    async (service) => {
      const mayDoAll = await as(service, async (channel) => {
        for (const { name, type } of exchangeDeclarations)
          await channel.assertExchange(name, type, { durable: true });
        for (const { name, arguments: settings, bindings } of queuesOf(service)) {
          await channel.assertQueue(name, { durable: true, arguments: settings });
          for (const { exchange, key } of bindings) await channel.bindQueue(name, exchange, key);
        }
        await publish(channel, exchanges.events, `${service}.something.happened.v1`);
        await publish(channel, exchanges.dead, service);
        const { consumerTag } = await channel.consume(deadQueueOf(service), () => undefined);
        await channel.cancel(consumerTag);
        return true;
      });
      expect(mayDoAll).toBe(true);
    },
  );

  it.each<[string, (channel: amqp.ConfirmChannel) => Promise<unknown>]>([
    ['read another service’s queue', (channel) => channel.consume(queueOf('messaging'), () => undefined)],
    ['read another service’s dead letters', (channel) => channel.get(deadQueueOf('messaging'))],
    ['empty another service’s queue', (channel) => channel.purgeQueue(queueOf('messaging'))],
    ['delete another service’s queue', (channel) => channel.deleteQueue(queueOf('messaging'))],
    [
      'bind another service’s queue',
      (channel) => channel.bindQueue(queueOf('messaging'), exchanges.events, '#'),
    ],
    ['declare a queue of its own invention', (channel) => channel.assertQueue('tickets.extra')],
    ['declare an exchange of its own invention', (channel) => channel.assertExchange('extra', 'topic')],
    [
      'write past the exchange, straight into a queue',
      (channel) => publish(channel, '', queueOf('messaging')),
    ],
    ['say who is there', (channel) => publish(channel, exchanges.presence, '')],
    ['listen to who is there', (channel) => channel.bindQueue(queueOf('tickets'), exchanges.presence, '')],
    [
      'publish an event that another service owns',
      (channel) => publish(channel, exchanges.events, 'identity.user.x.v1'),
    ],
  ])('may not %s', async (_, attempt) => {
    await expect(as('tickets', attempt)).rejects.toThrow(/ACCESS_REFUSED|access to/);
  });

  it('may not enter another virtual host', async () => {
    const url = new URL(vhost.amqpUrl('tickets'));
    url.pathname = '/';
    await expect(amqp.connect(url.href)).rejects.toThrow('ConnectionClose');
  });
});

describe('the gateway', () => {
  it('may listen to any event through a queue that ends with its connection', async () => {
    const received = await as('gateway', async (channel) => {
      const { queue } = await channel.assertQueue('', { exclusive: true, durable: false });
      await channel.bindQueue(queue, exchanges.events, 'tickets.#');
      const first = new Promise<string>((resolve) => {
        void channel.consume(queue, (message) => resolve(message?.fields.routingKey ?? ''), { noAck: true });
      });
      await as('tickets', (publisher) => publish(publisher, exchanges.events, 'tickets.ticket.moved.v1'));
      return first;
    });
    expect(received).toBe('tickets.ticket.moved.v1');
  });

  it('may tell other gateways who is there', async () => {
    const told = await as('gateway', async (channel) => {
      const { name, type } = presenceExchange;
      await channel.assertExchange(name, type, { durable: true });
      const { queue } = await channel.assertQueue('', { exclusive: true, durable: false });
      await channel.bindQueue(queue, name, '');
      const first = new Promise<string>((resolve) => {
        void channel.consume(queue, (message) => resolve(String(message?.content)), { noAck: true });
      });
      await as('gateway', (other) => publish(other, name, ''));
      return first;
    });
    expect(told).toBe('{}');
  });

  it.each<[string, (channel: amqp.ConfirmChannel) => Promise<unknown>]>([
    ['publish an event', (channel) => publish(channel, exchanges.events, 'tickets.ticket.moved.v1')],
    ['read a service’s queue', (channel) => channel.get(queueOf('tickets'))],
    ['declare a lasting queue', (channel) => channel.assertQueue('gateway.events')],
  ])('may not %s', async (_, attempt) => {
    await expect(as('gateway', attempt)).rejects.toThrow(/ACCESS_REFUSED|access to/);
  });
});

describe('the broker', () => {
  it('has no guest', async () => {
    const { adminAmqpUrl, managementUrl } = testStack();
    const url = new URL(adminAmqpUrl);
    url.username = 'guest';
    url.password = 'guest';
    await expect(amqp.connect(url.href)).rejects.toThrow(/ACCESS_REFUSED|403/);
    expect(await brokerAdmin({ adminAmqpUrl, managementUrl }).request('GET', 'users/guest')).toBeNull();
  });

  it('keeps its services out of the management API', async () => {
    const { adminAmqpUrl, managementUrl, brokerPasswords } = testStack();
    const url = new URL(adminAmqpUrl);
    url.username = 'carethread-tickets';
    url.password = brokerPasswords.tickets;
    expect(await brokerAdmin({ adminAmqpUrl: url.href, managementUrl }).answers()).toBe(false);
  });
});
