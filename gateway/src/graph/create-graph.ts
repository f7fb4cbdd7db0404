import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import type { Log } from '@carethread/service-kit/log.ts';
import type { SupergraphFile } from './supergraph-file.ts';

/** Answers the client of a service by its name in the supergraph; throws for one whose address is not known. */
export type SubgraphLookup = (name: string) => GraphQLDataSource;

/** A federated graph from a supergraph file. It follows the file until it is stopped. */
export function createGraph(file: SupergraphFile, subgraph: SubgraphLookup, log: Log): ApolloGateway {
  // The library sends usage numbers to its vendor unless it finds this in the environment; a health platform sends nothing.
  process.env['APOLLO_TELEMETRY_DISABLED'] = '1';
  return new ApolloGateway({
    supergraphSdl: file,
    buildService: ({ name }) => subgraph(name),
    queryPlannerConfig: { exposeDocumentNodeInFetchNode: true },
    logger: log,
  });
}
