import type { GraphQLDataSource } from '@apollo/gateway';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, type GraphQLFieldResolver } from 'graphql';
import { liveSdl } from '../compose/live-sdl.ts';
import { withQueryTwins } from '../compose/query-twins.ts';
import type { RequestContext } from '../request-context.ts';
import type { LiveValue } from './live-event.ts';

/** Context of a read on behalf of a live event. */
export interface LiveContext extends RequestContext {
  liveValue: LiveValue;
}

/**
 * The subgraph inside the gateway: whatever twin is asked for, it answers the event that is being delivered. It runs
 * without a network and without parsing: the planner hands it the document.
 */
export function createLiveSubgraph(): GraphQLDataSource {
  const typeDefs = withQueryTwins(liveSdl);
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: {} }]);
  const theEvent: GraphQLFieldResolver<unknown, LiveContext> = (_source, _args, context) => context.liveValue;
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {}))
    if (field.name.startsWith('_live_')) field.resolve = theEvent;

  return {
    async process({ request, context, ...options }) {
      const document = 'document' in options ? options.document : undefined;
      if (!document) throw new Error('The planner gave no document for the live subgraph.');
      const { data, errors } = await execute({
        schema,
        document,
        contextValue: context,
        variableValues: request.variables ?? {},
        operationName: request.operationName ?? null,
      });
      return { data: data ?? null, ...(errors && { errors }) };
    },
  };
}
