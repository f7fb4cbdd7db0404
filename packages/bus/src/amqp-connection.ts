import type { Socket } from 'node:net';
import amqp, { type Channel, type ConfirmChannel } from 'amqplib';
import { pause, within } from './pause.ts';

const patience = 5_000;

/** An AMQP connection on which the failure of any channel is the failure of the whole. */
export interface AmqpConnection {
  readonly lost: Promise<never>;
  readonly alive: boolean;
  fail(reason: Error): void;
  channel(): Promise<Channel>;
  confirmChannel(): Promise<ConfirmChannel>;
  close(): Promise<void>;
}

/** amqplib takes heart-beats from the address only; without one, a dead peer is noticed after minutes. */
export function withHeartbeat(url: string): string {
  const address = new URL(url);
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', '10');
  return address.href;
}

/** Connects or rejects within five seconds. `name` is shown in the broker's management pages. */
export async function openConnection(url: string, name: string): Promise<AmqpConnection> {
  // Nagle's algorithm, amqplib's default, holds a confirm back for 40 ms; without `timeout` a black hole waits for ever.
  const connection = await amqp.connect(withHeartbeat(url), {
    noDelay: true,
    timeout: patience,
    clientProperties: { connection_name: name },
  });
  let alive = true;
  let reject: (reason: Error) => void = () => {};
  const lost = new Promise<never>((_, refuse) => (reject = refuse));
  lost.catch(() => {});
  const fail = (reason: Error) => {
    alive = false;
    reject(reason);
  };
  connection.on('error', fail);
  connection.on('close', (reason) => fail(reason ?? new Error('The connection was closed.')));

  // A broker closes a channel and leaves the connection open: consumers would be silently gone.
  const guarded = async <Kind extends Channel>(opening: Promise<Kind>): Promise<Kind> => {
    const channel = await within(patience, 'Opening a channel', opening);
    channel.on('error', fail);
    channel.on('close', () => fail(new Error('A channel was closed.')));
    return channel;
  };

  return {
    lost,
    get alive() {
      return alive;
    },
    fail,
    channel: () => guarded(connection.createChannel()),
    confirmChannel: () => guarded(connection.createConfirmChannel()),
    async close() {
      fail(new Error('The connection is being closed.'));
      // Only the other side's answer settles close(), so a peer that is gone would hold us for ever.
      await Promise.race([connection.close().catch(() => {}), pause(300)]);
      (connection.connection as unknown as { stream: Socket }).stream.destroy();
    },
  };
}
