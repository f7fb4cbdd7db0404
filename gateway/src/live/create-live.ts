import type { Server as HttpServer } from 'node:http';
import type { ApolloGateway } from '@apollo/gateway';
import type { Log } from '@carethread/service-kit/log.ts';
import type { RequestHandler } from 'express';
import { Gauge } from 'prom-client';
import type { Limits } from '../limits/limits.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import type { AccessTokenVerifier } from '../sign-in/access-token.ts';
import type { Revocations } from '../sign-in/revocations.ts';
import type { TrustedDocuments } from '../trusted-documents/trusted-documents.ts';
import { createAdmission } from './admission.ts';
import { listenToBus } from './bus-listener.ts';
import { createDispatch } from './dispatch.ts';
import type { Feed } from './feed.ts';
import { Hub } from './hub.ts';
import { eventStreamRoute } from './event-stream/event-stream-route.ts';
import { EventStreams } from './event-stream/event-streams.ts';
import { pollRoute } from './event-stream/poll-route.ts';
import { Hydrator } from './hydrator.ts';
import { runInternally } from './internal-query.ts';
import { openPresenceLine } from './presence/presence-line.ts';
import { Presence, type PresenceTimings } from './presence/presence.ts';
import { createSayTyping, type SayTyping } from './presence/say-typing.ts';
import { reactions, type Sockets } from './reactions.ts';
import { createLiveServer } from './socket/live-server.ts';
import { createProtocol } from './socket/protocol.ts';
import { createSubscribe } from './subscribe.ts';
import { SubscriptionDocuments } from './subscription-documents.ts';

export interface LiveOptions {
  http: HttpServer;
  path: string;
  allowedOrigins: ReadonlySet<string>;
  socketsPerPerson: number;
  amqpUrl: string;
  publicGraph: ApolloGateway;
  internalGraph: ApolloGateway;
  feeds: readonly Feed[];
  presenceTimings?: PresenceTimings | undefined;
  verify: AccessTokenVerifier;
  revocations: Revocations;
  limits: Limits;
  trusted: TrustedDocuments;
  rates: RateLimits;
  metrics: GatewayMetrics;
  log: Log;
}

export interface Live {
  /** Whether events arrive from the broker now. */
  readonly listening: boolean;
  /** Open subscriptions. */
  readonly subscriptions: number;
  /** Takes the word of somebody who writes. */
  readonly sayTyping: SayTyping;
  /** Answers subscriptions with server-sent events. */
  readonly eventStreams: RequestHandler;
  /** Answers subscriptions by long polling. */
  readonly polls: RequestHandler;
  stop(): Promise<void>;
}

/** Live updates: from the broker through the hub to everybody who may see them. Both graphs are loaded before. */
export function createLive(options: LiveOptions): Live {
  const {
    http,
    path,
    allowedOrigins,
    socketsPerPerson,
    publicGraph,
    internalGraph,
    feeds,
    verify,
    metrics,
    log,
  } = options;
  const hub = new Hub();
  const run = runInternally(internalGraph, log);
  const hydrator = new Hydrator(run, metrics);
  const stopping = new AbortController();
  const line = openPresenceLine({
    url: options.amqpUrl,
    hear: (message) => presence.hear(message),
    onListening: () => presence.listening(),
    log,
    signal: stopping.signal,
  });
  const presence = new Presence({
    hub,
    say: (message) => line.say(message),
    ...(options.presenceTimings && { timings: options.presenceTimings }),
  });
  presence.start();
  const subscribe = createSubscribe({
    feeds: new Map(feeds.map((feed) => [feed.field, feed])),
    hub,
    hydrator,
    run,
    presence,
    metrics,
  });
  let documents: SubscriptionDocuments | undefined;
  const currentDocuments = () => {
    const { schema } = publicGraph;
    if (!schema) throw new Error('The public graph is not loaded.');
    return documents?.schema === schema
      ? documents
      : (documents = new SubscriptionDocuments(schema, options.limits));
  };
  const { trusted, rates } = options;
  const admit = createAdmission({ documents: currentDocuments, trusted, rates });
  const protocol = createProtocol({ verify, admit, subscribe, log });
  const server = createLiveServer({ http, path, allowedOrigins, socketsPerPerson, protocol, log });
  const streams = new EventStreams();
  const overHttp = { verify, admit, subscribe, streams, log };
  const closeWhere: Sockets['closeWhere'] = (concerns) => {
    server.closeWhere(concerns);
    streams.closeWhere(concerns);
    presence.endWhere(concerns);
  };
  const dispatch = createDispatch({
    feeds,
    reactions: reactions(hub, { closeWhere }, options.revocations, presence),
    hub,
    log,
  });

  let listening = false;
  const bus = listenToBus({
    url: options.amqpUrl,
    types: dispatch.types,
    receive: dispatch.receive,
    onListening() {
      listening = true;
      options.revocations.mayHaveMissed();
      // Streams that were open before cannot know what was published while nobody listened.
      hub.resyncAll('BROKER_GAP');
    },
    onLost: () => (listening = false),
    log,
    signal: stopping.signal,
  });
  showAtScrape(metrics, {
    sockets: () => server.size,
    streams: () => streams.size,
    subscriptions: () => hub.size,
    listening: () => listening,
    gateways: () => presence.gateways,
  });

  return {
    get listening() {
      return listening;
    },
    get subscriptions() {
      return hub.size;
    },
    sayTyping: createSayTyping({ presence, run }),
    eventStreams: eventStreamRoute(overHttp),
    polls: pollRoute(overHttp),
    async stop() {
      await Promise.all([server.stop(), streams.stop()]);
      presence.stop();
      stopping.abort();
      await Promise.all([bus, line.ended]);
    },
  };
}

function showAtScrape(
  { registry }: GatewayMetrics,
  now: {
    sockets: () => number;
    streams: () => number;
    subscriptions: () => number;
    listening: () => boolean;
    gateways: () => number;
  },
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
  gauge('gateway_live_event_streams', 'Open subscriptions over plain HTTP.', now.streams);
  gauge('gateway_live_subscriptions', 'Open live subscriptions.', now.subscriptions);
  gauge('gateway_live_gateways', 'Other gateways heard of.', now.gateways);
  gauge('gateway_live_listening', '1 while events arrive from the broker.', () => Number(now.listening()));
}
