import type { GraphQLDataSource } from '@apollo/gateway';
import type { Log } from '@carethread/service-kit/log.ts';
import { Agent, type Dispatcher } from 'undici';
import { liveSubgraph } from '../compose/live-sdl.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { InternalTokens } from '../sign-in/internal-token.ts';
import { SubgraphClient } from '../subgraphs/subgraph-client.ts';
import type { SubgraphLookup } from './create-graph.ts';

export interface Subgraphs {
  lookup: SubgraphLookup;
  /** The connections to services. */
  readonly dispatcher: Dispatcher;
  close(): Promise<void>;
}

/** One client per service for the whole process, so that both graphs and every reload share connections and breaker. */
export function createSubgraphs(options: {
  urls: ReadonlyMap<string, string>;
  live: GraphQLDataSource;
  tokens: InternalTokens;
  metrics: GatewayMetrics;
  log: Log;
}): Subgraphs {
  const { urls, live, tokens, metrics, log } = options;
  const dispatcher = new Agent({
    connections: 128,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    connect: { timeout: 500 },
  });
  const clients = new Map<string, GraphQLDataSource>([[liveSubgraph, live]]);

  return {
    lookup(name) {
      const known = clients.get(name);
      if (known) return known;
      const url = urls.get(name);
      if (!url)
        throw new Error(`The supergraph names the service ${name}, but SUBGRAPH_URLS has no address for it.`);
      const client = new SubgraphClient({ name, url, dispatcher, tokens, metrics, log });
      clients.set(name, client);
      return client;
    },
    dispatcher,
    close: () => dispatcher.destroy(),
  };
}
