import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginInlineTraceDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { createLog } from '@carethread/service-kit/log.ts';
import { allowsIntrospection, type GatewayConfig, hasPlayground } from './config.ts';
import { namesRoute } from './documents/names-route.ts';
import { passOn } from './documents/pass-on.ts';
import { errorsPlugin } from './errors/errors-plugin.ts';
import { maskError } from './errors/mask-error.ts';
import { createGraph } from './graph/create-graph.ts';
import { createSubgraphs } from './graph/subgraphs.ts';
import { SupergraphFile } from './graph/supergraph-file.ts';
import { admissionPlugin } from './http/admission-plugin.ts';
import { createApp } from './http/app.ts';
import { countTries } from './http/count-tries.ts';
import { graphqlRoute } from './http/graphql-route.ts';
import { identityRoutes } from './http/identity-routes.ts';
import type { HttpContext } from './http/http-context.ts';
import { sandboxOrigin } from './http/playground.ts';
import { limitsOf } from './limits/limits.ts';
import { operationSizeRule } from './limits/operation-size.ts';
import { wellFormedTextRule } from './limits/well-formed-text.ts';
import { createLive, type Live } from './live/create-live.ts';
import type { Feed } from './live/feed.ts';
import { allFeeds } from './live/feeds/all-feeds.ts';
import { runInternally } from './live/internal-query.ts';
import { createLiveSubgraph } from './live/live-subgraph.ts';
import type { PresenceTimings } from './live/presence/presence.ts';
import { createGatewayMetrics } from './metrics.ts';
import { RateLimits } from './rate-limits/rate-limits.ts';
import { accessTokenVerifier } from './sign-in/access-token.ts';
import { PublishedKeys } from '@carethread/service-kit/published-keys.ts';
import { createInternalTokens } from './sign-in/internal-token.ts';
import { Revocations } from './sign-in/revocations.ts';
import { deprecatedUsesPlugin } from './trusted-documents/deprecated-uses.ts';
import { TrustedDocuments } from './trusted-documents/trusted-documents.ts';

export const graphqlPath = '/graphql';

export interface Gateway {
  /** The port it listens on; of use when the configured one is 0. */
  readonly port: number;
  readonly live: Pick<Live, 'listening' | 'subscriptions'>;
  /** For tests: when other gateways know what was spent here. */
  readonly rates: Pick<RateLimits, 'settled'>;
  /** Loads both graphs and listens. Fails when a supergraph file is missing or broken; services and broker may be down. */
  start(): Promise<void>;
  /** Takes over changed supergraph files now rather than at the next look. */
  checkSupergraph(): Promise<void>;
  /** Idempotent: sends live clients away, finishes requests in hand, and closes. */
  stop(): Promise<void>;
}

/** One GraphQL endpoint in front of the services: queries and mutations over HTTP, subscriptions over WebSocket. */
export function createGateway(
  config: GatewayConfig,
  overrides: { feeds?: readonly Feed[]; presenceTimings?: PresenceTimings } = {},
): Gateway {
  const production = config.NODE_ENV === 'production';
  const log = createLog('gateway', config.LOG_LEVEL);
  const metrics = createGatewayMetrics();
  const tokens = createInternalTokens(config.INTERNAL_SIGNING_KEY);
  const revocations = new Revocations(config.IDENTITY_JWKS_URL, log);
  const verify = accessTokenVerifier(new PublishedKeys(config.IDENTITY_JWKS_URL, log), revocations);

  const limits = limitsOf(config);
  const trusted = new TrustedDocuments(config, metrics, log);
  const forgetDocuments = trusted.follow();
  const rates = new RateLimits(config, config.INTERNAL_SIGNING_KEY[0], log);
  const playground = hasPlayground(config);
  const allowedOrigins = new Set([...config.ALLOWED_ORIGINS, ...(playground ? [sandboxOrigin] : [])]);

  const liveSubgraph = createLiveSubgraph({ sayTyping: (...said) => live!.sayTyping(...said) });
  const subgraphs = createSubgraphs({ urls: config.SUBGRAPH_URLS, live: liveSubgraph, tokens, metrics, log });
  const identity = identityRoutes({
    url: config.SUBGRAPH_URLS.get('identity'),
    tokens,
    tried: countTries(rates, 'oauth'),
    log,
  });
  const publicFile = new SupergraphFile(config.SUPERGRAPH_FILE, log, metrics);
  const internalFile = new SupergraphFile(config.INTERNAL_SUPERGRAPH_FILE, log, metrics);
  const publicGraph = createGraph(publicFile, subgraphs.lookup, log);
  const internalGraph = createGraph(internalFile, subgraphs.lookup, log);

  const http = createServer();
  // Longer than a load balancer's idle time, so that it is never us who closes a connection it is about to use.
  http.keepAliveTimeout = 65_000;
  const apollo = new ApolloServer<HttpContext>({
    gateway: publicGraph,
    introspection: allowsIntrospection(config),
    hideSchemaDetailsFromClientErrors: true,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.tokens },
    validationRules: [operationSizeRule(limits), wellFormedTextRule],
    formatError: maskError,
    logger: log,
    plugins: [
      admissionPlugin(limits, rates),
      deprecatedUsesPlugin(metrics),
      errorsPlugin(log, metrics, limits.errors),
      ApolloServerPluginDrainHttpServer({ httpServer: http, stopGracePeriodMillis: 3_000 }),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
    ],
  });
  /** None where the graph has no prescriptions. */
  const documentRoutes = () => {
    const url = config.SUBGRAPH_URLS.get('prescriptions');
    if (!url) return [];
    const { origin } = new URL(url);
    const keysUrl = `${origin}/.well-known/document-jwks.json`;
    return [
      passOn({ origin, dispatcher: subgraphs.dispatcher, tried: countTries(rates, 'document'), log }),
      namesRoute({ keysUrl, run: runInternally(internalGraph, log) }),
    ];
  };
  let live: Live | undefined;
  let started = false;
  let ready = false;
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    ready = false;
    forgetDocuments();
    await live?.stop();
    if (started) await apollo.stop();
    await internalGraph.stop();
    await Promise.all([subgraphs.close(), identity.close(), rates.close()]);
    log.info('stopped');
  }

  return {
    get port() {
      return (http.address() as AddressInfo | null)?.port ?? config.PORT;
    },
    live: {
      get listening() {
        return live?.listening ?? false;
      },
      get subscriptions() {
        return live?.subscriptions ?? 0;
      },
    },
    rates,
    async start() {
      await internalGraph.load();
      await apollo.start();
      started = true;
      live = createLive({
        http,
        path: graphqlPath,
        allowedOrigins,
        socketsPerPerson: config.SOCKETS_PER_PERSON,
        amqpUrl: config.AMQP_URL,
        publicGraph,
        internalGraph,
        feeds: overrides.feeds ?? allFeeds,
        presenceTimings: overrides.presenceTimings,
        verify,
        revocations,
        limits,
        trusted,
        rates,
        metrics,
        log,
      });
      const readiness = () => ({ ready, broker: live?.listening ? ('up' as const) : ('down' as const) });
      http.on(
        'request',
        createApp({
          graphqlPath,
          graphql: graphqlRoute({ apollo, verify, rates, documents: trusted, log }),
          eventStreams: live.eventStreams,
          polls: live.polls,
          documents: documentRoutes(),
          production,
          playground,
          allowedOrigins,
          trustedProxies: config.TRUSTED_PROXIES,
          maxBodyBytes: limits.bytes,
          readiness,
          registry: metrics.registry,
          jwks: tokens.jwks,
          identity: identity.router,
          log,
        }),
      );
      await new Promise<void>((resolve, reject) => {
        http.once('error', reject).listen(config.PORT, config.HOST, resolve);
      });
      ready = true;
      log.info({ port: this.port }, 'listening');
    },
    async checkSupergraph() {
      await internalFile.check();
      await publicFile.check();
    },
    stop: () => (stopped ??= stop()),
  };
}
