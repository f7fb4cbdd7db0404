import type { Log } from '@carethread/service-kit/log.ts';
import type { Server, WebSocket as Protocol } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { closeCode, type Connection } from './connection.ts';

/** A client that lets this much pile up on its socket is not reading. */
const maxBuffered = 1_048_576;

/** Joins a socket to the protocol. Unlike the library's own joint it logs as we do, bounds what piles up, and does not echo tokens. */
export function join(
  socket: WebSocket,
  server: Server<{ connection: Connection }>,
  connection: Connection,
  log: Log,
): void {
  const protocol: Protocol = {
    protocol: socket.protocol,
    send: (data) => send(socket, data),
    close: (code, reason) => socket.close(code, reason),
    onMessage(handle) {
      socket.on('message', (data) => {
        handle((data as Buffer).toString()).catch((error: unknown) => {
          log.error({ error }, 'live message failed');
          socket.close(1011, 'Internal error');
        });
      });
    },
    // Implemented so that the answer does not carry the ping's payload, which may be a token.
    onPing: () => send(socket, '{"type":"pong"}'),
  };
  const closed = server.opened(protocol, { connection });
  // Too large a message, a broken frame: ws closes the socket by itself.
  socket.on('error', (error) => log.info({ reason: error.message }, 'live socket failed'));
  socket.once('close', (code, reason) => {
    closed(code, String(reason)).catch((error: unknown) =>
      log.error({ error }, 'live socket was not cleaned up'),
    );
  });
}

/** Resolves when the kernel has taken the data: whoever waits for it sends no faster than the client reads. */
const send = (socket: WebSocket, data: string): Promise<void> =>
  new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    if (socket.bufferedAmount > maxBuffered) socket.close(closeCode.tryAgainLater, 'Reads too slowly');
    // An error here is followed by the close of the socket, which ends everything.
    else return socket.send(data, () => resolve());
    resolve();
  });
