import { openConnection, type AmqpConnection } from '@carethread/bus/amqp-connection.ts';
import type { Message } from '@carethread/bus/link.ts';
import { within } from '@carethread/bus/pause.ts';
import { keepSession } from '@carethread/bus/session.ts';
import { exchanges } from '@carethread/contracts/topology.ts';
import type { Log } from '@carethread/service-kit/log.ts';
import type { ConsumeMessage } from 'amqplib';

const patience = 10_000;

/** Live updates are worth nothing when they are late: what a stalled gateway did not take is dropped, and streams notice the gap. */
const queueOptions = {
  exclusive: true,
  autoDelete: true,
  durable: false,
  arguments: { 'x-max-length': 20_000, 'x-overflow': 'drop-head', 'x-message-ttl': 30_000 },
};

export interface BusListenerOptions {
  url: string;
  /** Routing keys to listen to. */
  types: readonly string[];
  receive: (message: Message) => void;
  /** A new queue listens: what was published before it is not in it. */
  onListening: () => void;
  onLost: () => void;
  log: Log;
  signal: AbortSignal;
}

/**
 * Listens to the event exchange with a queue of this process's own, which the broker names and forgets with the
 * connection. After any failure it listens anew. Resolves when the signal has fired and the connection is closed.
 */
export const listenToBus = ({ url, log, signal, onLost, ...options }: BusListenerOptions): Promise<void> =>
  keepSession({
    name: 'gateway live',
    connect: () => openConnection(url, 'gateway live'),
    use: (connection, ended) => listen(connection, options, ended),
    onChange: (up) => {
      if (!up) onLost();
    },
    log,
    signal,
  });

async function listen(
  connection: AmqpConnection,
  { types, receive, onListening }: Pick<BusListenerOptions, 'types' | 'receive' | 'onListening'>,
  ended: AbortSignal,
): Promise<void> {
  const channel = await connection.channel();
  const started = (async () => {
    const { queue } = await channel.assertQueue('', queueOptions);
    await Promise.all(types.map((type) => channel.bindQueue(queue, exchanges.events, type)));
    const take = (message: ConsumeMessage | null) => {
      if (message) receive(readMessage(message));
      else connection.fail(new Error('The broker cancelled the consumer of live events.'));
    };
    await channel.consume(queue, take, { noAck: true });
  })();
  await within(patience, 'Listening to events', Promise.race([started, connection.lost]));
  onListening();
  if (!ended.aborted)
    await new Promise((resolve) => ended.addEventListener('abort', resolve, { once: true }));
}

const readMessage = ({ content, properties }: ConsumeMessage): Message => ({
  id: properties.messageId as string | undefined,
  type: properties.type as string | undefined,
  correlationId: properties.correlationId as string | undefined,
  headers: properties.headers ?? {},
  body: content.toString('utf8'),
});
