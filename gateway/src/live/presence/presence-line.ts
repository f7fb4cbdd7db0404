import { openConnection, type AmqpConnection } from '@carethread/bus/amqp-connection.ts';
import { keepSession } from '@carethread/bus/session.ts';
import {
  type PresenceMessage,
  presenceMessage,
  type PresenceSaying,
} from '@carethread/contracts/presence.ts';
import { exchanges, presenceExchange } from '@carethread/contracts/topology.ts';
import type { Log } from '@carethread/service-kit/log.ts';
import type { Channel } from 'amqplib';
import { consumeOwnQueue, untilEnded } from '../own-queue.ts';

/** Older news than this has been overtaken; whoever lost some asks for all. */
const limits = { messages: 5_000, ms: 10_000 };

export interface PresenceLine {
  /** Tells all gateways, or nobody while there is no broker. */
  say(message: PresenceSaying): void;
  /** Resolves when the signal has fired and the connection is closed. */
  readonly ended: Promise<void>;
}

/**
 * The gateways' own exchange. A connection beside that of the events: presence may fail, or be too much, without
 * harm to them.
 */
export function openPresenceLine(options: {
  url: string;
  hear: (message: PresenceMessage) => void;
  /** A new queue listens: what was said before it is not in it. */
  onListening: () => void;
  log: Log;
  signal: AbortSignal;
}): PresenceLine {
  const { url, hear, onListening, log, signal } = options;
  let channel: Channel | null = null;
  let isFull = false;

  const take = (body: Buffer) => {
    const message = parsed(body);
    // A newer gateway may say what this one does not know.
    if (message) hear(message);
    else log.warn('presence could not be read');
  };
  const use = async (connection: AmqpConnection, ended: AbortSignal) => {
    const opened = await connection.channel();
    await opened.assertExchange(presenceExchange.name, presenceExchange.type, { durable: true });
    await consumeOwnQueue(connection, opened, {
      limits,
      bindings: [{ exchange: exchanges.presence, key: '' }],
      take: ({ content }) => take(content),
    });
    opened.on('drain', () => (isFull = false));
    isFull = false;
    channel = opened;
    onListening();
    await untilEnded(ended);
  };
  const ended = keepSession({
    name: 'gateway presence',
    connect: () => openConnection(url, 'gateway presence'),
    use,
    onChange: (up) => {
      if (!up) channel = null;
    },
    log,
    signal,
  });

  return {
    say(message) {
      // A broker that takes nothing would have us keep everything: the others notice what is missing.
      if (!channel || isFull) return;
      const body = Buffer.from(JSON.stringify(message));
      isFull = !channel.publish(exchanges.presence, '', body, { persistent: false });
    },
    ended,
  };
}

function parsed(body: Buffer): PresenceMessage | undefined {
  try {
    return presenceMessage.parse(JSON.parse(body.toString('utf8')));
  } catch {
    return undefined;
  }
}
