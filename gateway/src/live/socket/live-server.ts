import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Actor, personBehind } from '@carethread/contracts/actor.ts';
import type { Log } from '@carethread/service-kit/log.ts';
import { handleProtocols, type Server } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { closeCode, Connection } from './connection.ts';
import { join } from './transport.ts';

const maxMessage = 65_536;
const heartbeatMs = 15_000;
/** A restart tells this many clients per millisecond, so that they do not all come back in the same moment. */
const closesPerMs = 0.5;

export interface LiveServer {
  readonly size: number;
  /** Closes the connections of everybody whom `concerns` names; they may not come back with the same token. */
  closeWhere(concerns: (actor: Actor) => boolean): void;
  /** Takes no new connections and asks everybody to connect again elsewhere. */
  stop(): Promise<void>;
}

export interface LiveServerOptions {
  http: HttpServer;
  path: string;
  /** Web pages that may connect; programs send no Origin and are always let in. */
  allowedOrigins: ReadonlySet<string>;
  /** How many somebody may have open here, in whichever membership, for whomever they act. */
  socketsPerPerson: number;
  protocol: Server<{ connection: Connection }>;
  log: Log;
}

/** Accepts WebSockets beside the HTTP server's requests. */
export function createLiveServer({
  http,
  path,
  allowedOrigins,
  socketsPerPerson,
  protocol,
  log,
}: LiveServerOptions): LiveServer {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessage,
    perMessageDeflate: false,
    handleProtocols: (offered) => handleProtocols(offered),
  });
  const connections = new Map<WebSocket, Connection>();

  const isOneTooMany = (actor: Actor) => {
    const person = personBehind(actor);
    let open = 0;
    for (const { actor: other } of connections.values())
      if (other && personBehind(other) === person) open += 1;
    return open >= socketsPerPerson;
  };

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Whatever stands there is not parsed as a URL: that throws for some texts, and nobody would catch it here.
    if (request.url?.split('?', 1)[0] !== path) return refuse(socket, '404 Not Found');
    const { origin } = request.headers;
    if (origin !== undefined && !allowedOrigins.has(origin) && !isOwnOrigin(origin, request.headers.host))
      return refuse(socket, '403 Forbidden');
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      const connection = new Connection(accepted, isOneTooMany);
      connections.set(accepted, connection);
      accepted.once('close', () => connections.delete(accepted));
      join(accepted, protocol, connection, log);
    });
  };
  http.on('upgrade', upgrade);
  const stopHeartbeat = keepHeartbeat(sockets);

  return {
    get size() {
      return connections.size;
    },
    closeWhere(concerns) {
      for (const connection of connections.values())
        if (connection.actor && concerns(connection.actor))
          connection.close(closeCode.forbidden, 'Session ended');
    },
    async stop() {
      http.off('upgrade', upgrade);
      http.on('upgrade', (_request, socket) => refuse(socket, '503 Service Unavailable'));
      stopHeartbeat();
      const spread = connections.size / closesPerMs;
      await Promise.all([...connections.keys()].map((socket) => closeWithin(socket, spread * Math.random())));
    },
  };
}

function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** A connection that is broken without a word is noticed by the missing answer to a ping. */
function keepHeartbeat(sockets: WebSocketServer): () => void {
  const silent = new WeakSet<WebSocket>();
  const timer = setInterval(() => {
    for (const socket of sockets.clients) {
      if (silent.has(socket)) {
        socket.terminate();
        continue;
      }
      silent.add(socket);
      socket.once('pong', () => silent.delete(socket));
      socket.ping();
    }
  }, heartbeatMs);
  return () => clearInterval(timer);
}

const closeWithin = (socket: WebSocket, ms: number): Promise<void> =>
  new Promise((resolve) => {
    socket.once('close', () => resolve());
    setTimeout(() => {
      socket.close(closeCode.restart, 'Restart');
      // A client that does not answer the closing would keep us for half a minute.
      setTimeout(() => socket.terminate(), 1_000).unref();
    }, ms);
  });
