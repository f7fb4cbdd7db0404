import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginInlineTraceDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { createLog } from '@carethread/service-kit/log.ts';
import type { GatewayConfig } from './config.ts';
import { errorsPlugin } from './errors/errors-plugin.ts';
import { maskError } from './errors/mask-error.ts';
import { createGraph } from './graph/create-graph.ts';
import { createSubgraphs } from './graph/subgraphs.ts';
import { SupergraphFile } from './graph/supergraph-file.ts';
import { createApp } from './http/app.ts';
import { graphqlRoute } from './http/graphql-route.ts';
import { limitsPlugin } from './limits/limits-plugin.ts';
import { maxTokens, operationSizeRule } from './limits/operation-size.ts';
import { createLive, type Live } from './live/create-live.ts';
import type { Feed } from './live/feed.ts';
import { allFeeds } from './live/feeds/all-feeds.ts';
import { createLiveSubgraph } from './live/live-subgraph.ts';
import { createGatewayMetrics } from './metrics.ts';
import type { RequestContext } from './request-context.ts';
import { accessTokenVerifier } from './sign-in/access-token.ts';
import { IdentityKeys } from './sign-in/identity-keys.ts';
import { createInternalTokens } from './sign-in/internal-token.ts';
import { Revocations } from './sign-in/revocations.ts';

export const graphqlPath = '/graphql';

export interface Gateway {
  /** The port it listens on; of use when the configured one is 0. */
  readonly port: number;
  readonly live: Pick<Live, 'listening' | 'subscriptions'>;
  /** Loads both graphs and listens. Fails when a supergraph file is missing or broken; services and broker may be down. */
  start(): Promise<void>;
  /** Takes over changed supergraph files now rather than at the next look. */
  checkSupergraph(): Promise<void>;
  /** Idempotent: sends live clients away, finishes requests in hand, and closes. */
  stop(): Promise<void>;
}

/** One GraphQL endpoint in front of the services: queries and mutations over HTTP, subscriptions over WebSocket. */
export function createGateway(config: GatewayConfig, overrides: { feeds?: readonly Feed[] } = {}): Gateway {
  const production = config.NODE_ENV === 'production';
  const log = createLog('gateway', config.LOG_LEVEL);
  const metrics = createGatewayMetrics();
  const tokens = createInternalTokens(config.INTERNAL_SIGNING_KEY);
  const revocations = new Revocations();
  const verify = accessTokenVerifier(new IdentityKeys(config.IDENTITY_JWKS_URL, log), revocations);

  const liveSubgraph = createLiveSubgraph();
  const subgraphs = createSubgraphs({ urls: config.SUBGRAPH_URLS, live: liveSubgraph, tokens, metrics, log });
  const publicFile = new SupergraphFile(config.SUPERGRAPH_FILE, log, metrics);
  const internalFile = new SupergraphFile(config.INTERNAL_SUPERGRAPH_FILE, log, metrics);
  const publicGraph = createGraph(publicFile, subgraphs.lookup, log);
  const internalGraph = createGraph(internalFile, subgraphs.lookup, log);

  const http = createServer();
  // Longer than a load balancer's idle time, so that it is never us who closes a connection it is about to use.
  http.keepAliveTimeout = 65_000;
  const apollo = new ApolloServer<RequestContext>({
    gateway: publicGraph,
    introspection: !production,
    hideSchemaDetailsFromClientErrors: true,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens },
    validationRules: [operationSizeRule],
    formatError: maskError,
    logger: log,
    plugins: [
      limitsPlugin,
      errorsPlugin(log, metrics),
      ApolloServerPluginDrainHttpServer({ httpServer: http, stopGracePeriodMillis: 3_000 }),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
    ],
  });
  let live: Live | undefined;
  let started = false;
  let ready = false;
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    ready = false;
    await live?.stop();
    if (started) await apollo.stop();
    await internalGraph.stop();
    await subgraphs.close();
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
    async start() {
      await internalGraph.load();
      await apollo.start();
      started = true;
      live = createLive({
        http,
        path: graphqlPath,
        allowedOrigins: config.ALLOWED_ORIGINS,
        amqpUrl: config.AMQP_URL,
        publicGraph,
        internalGraph,
        feeds: overrides.feeds ?? allFeeds,
        verify,
        revocations,
        metrics,
        log,
      });
      const readiness = () => ({ ready, broker: live?.listening ? ('up' as const) : ('down' as const) });
      http.on(
        'request',
        createApp({
          graphqlPath,
          graphql: graphqlRoute(apollo, verify, log),
          production,
          allowedOrigins: config.ALLOWED_ORIGINS,
          readiness,
          registry: metrics.registry,
          jwks: tokens.jwks,
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
