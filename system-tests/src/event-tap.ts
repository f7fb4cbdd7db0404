import { exchanges } from '@carethread/contracts/topology.ts';
import amqp from 'amqplib';

export interface EventTap {
  /** What was published so far: the event's type, and everything the message consists of as one text. */
  readonly messages: readonly { type: string; text: string }[];
  close(): Promise<void>;
}

/** Listens to every event of every service, as nobody but an administrator of the broker can. */
export async function tapEvents(adminAmqpUrl: string): Promise<EventTap> {
  const connection = await amqp.connect(adminAmqpUrl);
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true });
  await channel.bindQueue(queue, exchanges.events, '#');
  const messages: { type: string; text: string }[] = [];
  await channel.consume(
    queue,
    (message) => {
      if (!message) return;
      const { fields, properties, content } = message;
      const text = JSON.stringify([fields.routingKey, properties, content.toString()]);
      messages.push({ type: String(properties.type), text });
    },
    { noAck: true },
  );
  return { messages, close: () => connection.close() };
}
