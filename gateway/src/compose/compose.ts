import { composeServices } from '@apollo/composition';
import { completeSdl } from '@carethread/service-kit/common-sdl.ts';
import { GraphQLError, parse, Source, type DocumentNode } from 'graphql';
import { liveSdl, liveSubgraph } from './live-sdl.ts';
import { withQueryTwins } from './query-twins.ts';

/** A subgraph as its team wrote it: without what every subgraph shares. */
export interface SubgraphSource {
  name: string;
  sdl: string;
}

export interface Supergraphs {
  /** What clients may ask. */
  public: string;
  /** The same, and a Query twin per Subscription field, for the gateway's own use. */
  internal: string;
}

/** Thrown when the subgraphs do not fit together. The message lists every problem with its code. */
export class CompositionError extends Error {
  override name = 'CompositionError';
}

/** Composes the services' subgraphs and the live one into the public and the internal supergraph. */
export function composeSupergraphs(sources: readonly SubgraphSource[]): Supergraphs {
  const services = sources.map((source) => definition(source.name, parsed(source)));
  return {
    public: composed([...services, definition(liveSubgraph, liveSdl)]),
    internal: composed([...services, definition(liveSubgraph, withQueryTwins(liveSdl))]),
  };
}

/** The team's own text is parsed first, so that a syntax error points into their file. */
function parsed({ name, sdl }: SubgraphSource): DocumentNode {
  try {
    parse(new Source(sdl, `${name}/schema.graphql`));
    return parse(completeSdl(sdl));
  } catch (error) {
    throw error instanceof GraphQLError ? new CompositionError(String(error)) : error;
  }
}

/** Where a service listens is known at run time only, so the file names no address that could be called. */
const definition = (name: string, typeDefs: DocumentNode) => ({
  name,
  typeDefs,
  url: `http://${name}.invalid/graphql`,
});

function composed(services: ReturnType<typeof definition>[]): string {
  const result = composeServices(services);
  if (result.supergraphSdl !== undefined) return result.supergraphSdl;
  const problems = result.errors.map(
    (error) =>
      `  ${(error.extensions['code'] as string | undefined) ?? 'ERROR'}: ${error.message.replaceAll('\n', '\n    ')}`,
  );
  throw new CompositionError(
    `The subgraphs do not fit together (${problems.length} problem(s)):\n${problems.join('\n')}`,
  );
}
