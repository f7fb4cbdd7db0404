import { type Client, createClient } from 'graphql-ws/client';
import type { GraphqlError } from '../errors.ts';
import type { Session } from '../session.ts';
import { endOf, type RunEnd, type Transport, untilRefused } from './transport.ts';

const pingEveryMs = 12_000;
const pongWithinMs = 6_000;
const forbidden = 4403;

interface Socket {
  readonly readyState: number;
  send(text: string): void;
  close(code: number, reason: string): void;
}

/** Subscriptions over one WebSocket (graphql-transport-ws), which is told the next token before the last one ends. */
export function socketTransport(options: { url: string; session: Session; WebSocket: unknown }): Transport {
  const { session } = options;
  const url = options.url.replace(/^http/, 'ws');
  let client: Client | null = null;
  let renewal: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;

  const renewOn = (socket: Socket) => {
    clearTimeout(renewal);
    renewal = setTimeout(
      () => {
        tellNextToken(socket).catch(() => {
          // The gateway closes the socket when the old token ends, and everything starts from there.
        });
      },
      Math.max(0, session.renewInMs),
    );
  };
  const tellNextToken = async (socket: Socket) => {
    const authorization = `Bearer ${await session.renew()}`;
    if (socket.readyState !== 1) return;
    socket.send(JSON.stringify({ type: 'ping', payload: { authorization } }));
    renewOn(socket);
  };
  const open = () => {
    let socket: Socket | null = null;
    return createClient({
      url,
      webSocketImpl: options.WebSocket,
      lazyCloseTimeout: 3_000,
      retryAttempts: 0,
      keepAlive: pingEveryMs,
      connectionParams: async () => ({ authorization: `Bearer ${await session.token()}` }),
      on: {
        connected(opened) {
          socket = opened as Socket;
          renewOn(socket);
        },
        ping(received) {
          // A line that is dead without a word is noticed by the answer that does not come.
          if (!received) silence = setTimeout(() => socket?.close(4408, 'No answer'), pongWithinMs);
        },
        pong(received) {
          if (received) clearTimeout(silence);
        },
        closed() {
          clearTimeout(renewal);
          clearTimeout(silence);
        },
      },
    });
  };

  return {
    name: 'websocket',
    run({ query, variables }, on, signal) {
      client ??= open();
      const mine = client;
      const results = untilRefused(on.next);
      return new Promise<RunEnd>((resolve) => {
        const stopListening = mine.on('connected', on.opened);
        const stop = mine.subscribe<Record<string, unknown>>(
          { query, variables },
          {
            next: (result) => results.next(result),
            error: (error) => end(outcomeOf(error)),
            complete: () => end(results.completed()),
          },
        );
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) stop();

        function end(outcome: RunEnd) {
          stopListening();
          signal.removeEventListener('abort', stop);
          resolve(outcome);
        }
      });
    },
    reset() {
      // It rejects when the socket it closes was still being opened.
      Promise.resolve(client?.dispose()).catch(() => {});
      client = null;
    },
  };
}

/** A list of errors is the platform's word on the subscription; all else is about the line. */
function outcomeOf(error: unknown): RunEnd {
  if (Array.isArray(error)) return endOf(error as GraphqlError[]);
  return (error as { code?: unknown }).code === forbidden ? { kind: 'unauthenticated' } : { kind: 'lost' };
}
