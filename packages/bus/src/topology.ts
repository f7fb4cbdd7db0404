import type { ServiceName } from '@carethread/contracts/define-event.ts';
import { exchangeDeclarations, queuesOf } from '@carethread/contracts/topology.ts';
import type { Channel } from 'amqplib';

/**
 * Declares what a service owns of the broker: its queue, its dead letters, its bindings, and the exchanges. Harmless
 * when all of it exists. The queues of other services are not its to declare: provisioning makes them all before
 * anybody publishes, and a publication that finds no queue fails and is repeated.
 */
export async function declareTopology(channel: Channel, service: ServiceName): Promise<void> {
  await Promise.all([
    ...exchangeDeclarations.map(({ name, type }) => channel.assertExchange(name, type, { durable: true })),
    ...queuesOf(service).flatMap(({ name, arguments: settings, bindings }) => [
      channel.assertQueue(name, { durable: true, arguments: settings }),
      ...bindings.map(({ exchange, key }) => channel.bindQueue(name, exchange, key)),
    ]),
  ]);
}
