import { serviceNames } from '@carethread/contracts/define-event.ts';
import {
  deadQueueOf,
  exchangeDeclarations,
  exchanges,
  presenceExchange,
  queueOf,
  queuesOf,
} from '@carethread/contracts/topology.ts';
import amqp from 'amqplib';
import type { BrokerAdmin, BrokerPermissions } from './broker-admin.ts';

/** Who connects to the broker: each service, and the gateway for live updates. */
export const brokerClients = [...serviceNames, 'gateway'] as const;
export type BrokerClient = (typeof brokerClients)[number];
export type BrokerPasswords = Readonly<Record<BrokerClient, string>>;

/** Prefixed, because a given broker may have other users. */
export const brokerUser = (client: BrokerClient) => `carethread-${client}`;

/**
 * Makes a virtual host with the users and the whole topology, or brings an existing one up to date. Every subscriber's
 * queue exists when this returns, hence before anybody can publish.
 */
export async function provisionBroker(
  broker: BrokerAdmin,
  vhost: string,
  passwords: BrokerPasswords,
): Promise<void> {
  await createBrokerUsers(broker, passwords);
  await provisionVhost(broker, vhost);
}

/** The users alone; they are shared by all virtual hosts of a broker. */
export async function createBrokerUsers(broker: BrokerAdmin, passwords: BrokerPasswords): Promise<void> {
  await Promise.all(brokerClients.map((client) => broker.createUser(brokerUser(client), passwords[client])));
}

/** A virtual host with topology and permissions, for users that exist. */
export async function provisionVhost(broker: BrokerAdmin, vhost: string): Promise<void> {
  await broker.createVhost(vhost);
  await Promise.all([
    declareTopology(broker.adminUrlIn(vhost)),
    ...brokerClients.map((client) => broker.permit(vhost, brokerUser(client), permissionsOf(client))),
    // A fact has one owner: nobody else may publish it, even though all publish to one exchange.
    ...serviceNames.map((service) =>
      broker.permitTopics(vhost, brokerUser(service), exchanges.events, {
        write: `^${service}\\.`,
        read: '.*',
      }),
    ),
  ]);
}

/** The least a client needs to assert its own part of the topology, publish and consume. */
export function permissionsOf(client: BrokerClient): BrokerPermissions {
  if (client === 'gateway') {
    // Only server-named queues, which are exclusive and end with the connection; to other gateways it speaks, too.
    const own = `${literal(exchanges.presence)}|amq\\.gen-.*`;
    return {
      configure: `^(${own})$`,
      write: `^(${own})$`,
      read: `^(${literal(exchanges.events)}|${own})$`,
    };
  }
  const own = [exchanges.events, exchanges.dead, queueOf(client), deadQueueOf(client)].map(literal).join('|');
  return { configure: `^(${own})$`, write: `^(${own})$`, read: `^(${own})$` };
}

/** Declares the exchanges and each service's queue, dead-letter queue and bindings. */
export async function declareTopology(url: string): Promise<void> {
  const connection = await amqp.connect(url, { noDelay: true, timeout: 5_000 });
  try {
    const channel = await connection.createChannel();
    await Promise.all([
      ...[...exchangeDeclarations, presenceExchange].map(({ name, type }) =>
        channel.assertExchange(name, type, { durable: true }),
      ),
      ...serviceNames
        .flatMap(queuesOf)
        .flatMap(({ name, arguments: settings, bindings }) => [
          channel.assertQueue(name, { durable: true, arguments: settings }),
          ...bindings.map(({ exchange, key }) => channel.bindQueue(name, exchange, key)),
        ]),
    ]);
  } finally {
    await connection.close();
  }
}

const literal = (text: string) => text.replaceAll('.', '\\.');
