import type { ServiceName } from '@carethread/contracts/define-event.ts';
import { exchanges } from '@carethread/contracts/topology.ts';
import type { ConsumeMessage } from 'amqplib';
import { openConnection, type AmqpConnection } from './amqp-connection.ts';
import type { Broker, Delivery, Link, Publish, Subscription } from './link.ts';
import { within } from './pause.ts';
import { declareTopology } from './topology.ts';

const patience = 10_000;

/** RabbitMQ as a service sees it. This file, amqp-connection.ts and topology.ts are all that know amqplib. */
export const amqpBroker = (url: string, name: string, service: ServiceName): Broker => ({
  connect: () => openLink(url, name, service),
});

/** A link to RabbitMQ with the service's queues declared. */
async function openLink(url: string, name: string, service: ServiceName): Promise<Link> {
  const connection = await openConnection(url, name);
  try {
    const channel = await connection.channel();
    await within(
      patience,
      'Declaring queues',
      Promise.race([declareTopology(channel, service), connection.lost]),
    );
  } catch (error) {
    await connection.close();
    throw error;
  }
  return {
    lost: connection.lost,
    get alive() {
      return connection.alive;
    },
    fail: connection.fail,
    close: connection.close,
    publisher: () => openPublisher(connection),
    subscribe: (queue, prefetch, onDelivery) => subscribe(connection, queue, prefetch, onDelivery),
  };
}

async function openPublisher(connection: AmqpConnection): Promise<Publish> {
  const channel = await connection.confirmChannel();
  // A message that found no queue is returned first and confirmed afterwards: the return must count.
  channel.on('return', (returned) =>
    connection.fail(new Error(`No queue takes ${returned.fields.routingKey}.`)),
  );
  return (message, routingKey, mandatory) =>
    new Promise((resolve, reject) => {
      const { id, type, correlationId, headers, body } = message;
      const options = {
        persistent: true,
        mandatory,
        messageId: id,
        type,
        correlationId,
        headers: { ...headers },
        appId: routingKey.slice(0, routingKey.indexOf('.')),
        contentType: 'application/json',
        timestamp: Math.floor(Date.parse(String(headers.occurredAt)) / 1000),
      };
      channel.publish(exchanges.events, routingKey, Buffer.from(body), options, (refused) => {
        if (refused || !connection.alive) reject(refused ?? new Error('The link was lost.'));
        else resolve();
      });
    });
}

async function subscribe(
  connection: AmqpConnection,
  queue: string,
  prefetch: number,
  onDelivery: (delivery: Delivery) => void,
): Promise<Subscription> {
  const channel = await connection.channel();
  await within(patience, 'Setting the prefetch', channel.prefetch(prefetch));
  const received = (message: ConsumeMessage | null) => {
    if (message) onDelivery(readDelivery(message));
    else connection.fail(new Error(`The broker cancelled the consumer of ${queue}.`));
  };
  await within(
    patience,
    'Starting a consumer',
    Promise.race([channel.consume(queue, received), connection.lost]),
  );
  return {
    ackThrough({ tag }) {
      channel.ack({ fields: { deliveryTag: tag } } as ConsumeMessage, true);
    },
    async waiting() {
      const asked = Promise.race([channel.checkQueue(queue), connection.lost]);
      return (await within(patience, 'Asking for the queue length', asked)).messageCount;
    },
  };
}

function readDelivery({ content, fields, properties }: ConsumeMessage): Delivery {
  const headers = (properties.headers ?? {}) as Record<string, unknown>;
  const attempts = headers['x-delivery-count'];
  return {
    message: {
      id: properties.messageId as string | undefined,
      type: properties.type as string | undefined,
      correlationId: properties.correlationId as string | undefined,
      headers,
      body: content.toString('utf8'),
    },
    earlierAttempts: typeof attempts === 'number' ? attempts : 0,
    tag: fields.deliveryTag,
  };
}
