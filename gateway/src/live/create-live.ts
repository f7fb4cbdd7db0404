import type { Server as HttpServer } from 'node:http';
import type { ApolloGateway } from '@apollo/gateway';
import type { Log } from '@carethread/service-kit/log.ts';
import { Gauge } from 'prom-client';
import type { GatewayMetrics } from '../metrics.ts';
import type { AccessTokenVerifier } from '../sign-in/access-token.ts';
import type { Revocations } from '../sign-in/revocations.ts';
import { listenToBus } from './bus-listener.ts';
import { createDispatch } from './dispatch.ts';
import type { Feed } from './feed.ts';
import { Hub } from './hub.ts';
import { Hydrator } from './hydrator.ts';
import { runInternally } from './internal-query.ts';
import { reactions } from './reactions.ts';
import { createLiveServer } from './socket/live-server.ts';
import { createProtocol } from './socket/protocol.ts';
import { createSubscribe } from './subscribe.ts';
import { SubscriptionDocuments } from './subscription-documents.ts';

export interface LiveOptions {
  http: HttpServer;
  path: string;
  allowedOrigins: ReadonlySet<string>;
  amqpUrl: string;
  publicGraph: ApolloGateway;
  internalGraph: ApolloGateway;
  feeds: readonly Feed[];
  verify: AccessTokenVerifier;
  revocations: Revocations;
  metrics: GatewayMetrics;
  log: Log;
}

export interface Live {
  /** Whether events arrive from the broker now. */
  readonly listening: boolean;
  /** Open subscriptions. */
  readonly subscriptions: number;
  stop(): Promise<void>;
}

/** Live updates: from the broker through the hub to everybody who may see them. Both graphs are loaded before. */
export function createLive(options: LiveOptions): Live {
  const { http, path, allowedOrigins, publicGraph, internalGraph, feeds, verify, metrics, log } = options;
  const hub = new Hub();
  const run = runInternally(internalGraph, log);
  const hydrator = new Hydrator(run, metrics);
  const subscribe = createSubscribe({
    feeds: new Map(feeds.map((feed) => [feed.field, feed])),
    hub,
    hydrator,
    run,
    metrics,
  });
  let documents: SubscriptionDocuments | undefined;
  const currentDocuments = () => {
    const { schema } = publicGraph;
    if (!schema) throw new Error('The public graph is not loaded.');
    return documents?.schema === schema ? documents : (documents = new SubscriptionDocuments(schema));
  };
  const protocol = createProtocol({ verify, documents: currentDocuments, subscribe, log });
  const server = createLiveServer({ http, path, allowedOrigins, protocol, log });
  const dispatch = createDispatch({
    feeds,
    reactions: reactions(hub, server, options.revocations),
    hub,
    log,
  });

  let listening = false;
  const stopping = new AbortController();
  const bus = listenToBus({
    url: options.amqpUrl,
    types: dispatch.types,
    receive: dispatch.receive,
    onListening() {
      listening = true;
      // Streams that were open before cannot know what was published while nobody listened.
      hub.resyncAll('BROKER_GAP');
    },
    onLost: () => (listening = false),
    log,
    signal: stopping.signal,
  });
  showAtScrape(metrics, {
    sockets: () => server.size,
    subscriptions: () => hub.size,
    listening: () => listening,
  });

  return {
    get listening() {
      return listening;
    },
    get subscriptions() {
      return hub.size;
    },
    async stop() {
      await server.stop();
      stopping.abort();
      await bus;
    },
  };
}

function showAtScrape(
  { registry }: GatewayMetrics,
  now: { sockets: () => number; subscriptions: () => number; listening: () => boolean },
): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge('gateway_live_sockets', 'Open live connections.', now.sockets);
  gauge('gateway_live_subscriptions', 'Open live subscriptions.', now.subscriptions);
  gauge('gateway_live_listening', '1 while events arrive from the broker.', () => Number(now.listening()));
}
