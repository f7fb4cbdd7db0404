import type { ServiceName } from '@carethread/contracts/define-event.ts';
import {
  deadQueueOf,
  exchanges,
  queueArguments,
  queueOf,
  subscriptions,
} from '@carethread/contracts/topology.ts';
import type { Channel } from 'amqplib';

/**
 * Declares what a service owns of the broker: its queue, its dead letters, its bindings, and the exchanges. Harmless
 * when all of it exists. The queues of other services are not its to declare: provisioning makes them all before
 * anybody publishes, and a publication that finds no queue fails and is repeated.
 */
export async function declareTopology(channel: Channel, service: ServiceName): Promise<void> {
  const queue = queueOf(service);
  const deadQueue = deadQueueOf(service);
  await Promise.all([
    channel.assertExchange(exchanges.events, 'topic', { durable: true }),
    channel.assertExchange(exchanges.dead, 'direct', { durable: true }),
    channel.assertQueue(deadQueue, { durable: true, arguments: { 'x-queue-type': 'quorum' } }),
    channel.bindQueue(deadQueue, exchanges.dead, service),
    channel.assertQueue(queue, { durable: true, arguments: queueArguments(service) }),
    ...subscriptions[service].map((type) => channel.bindQueue(queue, exchanges.events, type)),
  ]);
}
