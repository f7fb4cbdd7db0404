import { openConnection, type AmqpConnection } from '@carethread/bus/amqp-connection.ts';
import type { Message } from '@carethread/bus/link.ts';
import { keepSession } from '@carethread/bus/session.ts';
import { exchanges } from '@carethread/contracts/topology.ts';
import type { Log } from '@carethread/service-kit/log.ts';
import type { ConsumeMessage } from 'amqplib';
import { consumeOwnQueue, untilEnded } from './own-queue.ts';

/** Live updates are worth nothing when they are late: what a stalled gateway did not take is dropped, and streams notice the gap. */
const limits = { messages: 20_000, ms: 30_000 };

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
  await consumeOwnQueue(connection, await connection.channel(), {
    limits,
    bindings: types.map((key) => ({ exchange: exchanges.events, key })),
    take: (message) => receive(readMessage(message)),
  });
  onListening();
  await untilEnded(ended);
}

const readMessage = ({ content, properties }: ConsumeMessage): Message => ({
  id: properties.messageId as string | undefined,
  type: properties.type as string | undefined,
  correlationId: properties.correlationId as string | undefined,
  headers: properties.headers ?? {},
  body: content.toString('utf8'),
});
