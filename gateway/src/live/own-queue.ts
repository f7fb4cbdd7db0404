import type { AmqpConnection } from '@carethread/bus/amqp-connection.ts';
import { within } from '@carethread/bus/pause.ts';
import type { Channel, ConsumeMessage } from 'amqplib';

const patience = 10_000;

export interface OwnQueue {
  /** What may wait in it: messages, and milliseconds each. The oldest is dropped first. */
  readonly limits: { readonly messages: number; readonly ms: number };
  readonly bindings: readonly { readonly exchange: string; readonly key: string }[];
  readonly take: (message: ConsumeMessage) => void;
}

/** Consumes from a queue of this connection's own, which the broker names and forgets with it. Resolves when it listens. */
export async function consumeOwnQueue(
  connection: AmqpConnection,
  channel: Channel,
  { limits, bindings, take }: OwnQueue,
): Promise<void> {
  const started = (async () => {
    const { queue } = await channel.assertQueue('', {
      exclusive: true,
      autoDelete: true,
      durable: false,
      arguments: {
        'x-max-length': limits.messages,
        'x-overflow': 'drop-head',
        'x-message-ttl': limits.ms,
      },
    });
    await Promise.all(bindings.map(({ exchange, key }) => channel.bindQueue(queue, exchange, key)));
    const consume = (message: ConsumeMessage | null) => {
      if (message) take(message);
      else connection.fail(new Error('The broker cancelled the consumer of live events.'));
    };
    await channel.consume(queue, consume, { noAck: true });
  })();
  await within(patience, 'Listening to events', Promise.race([started, connection.lost]));
}

export const untilEnded = (ended: AbortSignal): Promise<void> =>
  ended.aborted
    ? Promise.resolve()
    : new Promise((resolve) => ended.addEventListener('abort', () => resolve(), { once: true }));
