import type { GraphQLDataSource } from '@apollo/gateway';
import { buildSubgraph } from '@carethread/service-kit/subgraph.ts';
import { execute, type GraphQLFieldResolver, parse, print } from 'graphql';
import { ownLiveSdl } from '../compose/live-sdl.ts';
import { withQueryTwins } from '../compose/query-twins.ts';
import type { RequestContext } from '../request-context.ts';
import type { LiveValue } from './live-event.ts';
import type { SayTyping } from './presence/say-typing.ts';

/** Context of a read on behalf of a live event. */
export interface LiveContext extends RequestContext {
  liveValue: LiveValue;
}

/**
 * The subgraph inside the gateway: whatever twin is asked for, it answers the event that is being delivered. It runs
 * without a network and without parsing: the planner hands it the document.
 */
export function createLiveSubgraph({ sayTyping }: { sayTyping: SayTyping }): GraphQLDataSource {
  const typing: GraphQLFieldResolver<unknown, RequestContext, { input: unknown }> = (
    _,
    { input },
    { caller },
  ) => sayTyping(input, caller!);
  const schema = buildSubgraph(print(withQueryTwins(parse(ownLiveSdl))), { Mutation: { typing } });
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
        // What @auth is checked by.
        contextValue: { ...context, actor: context.caller?.actor ?? null },
        variableValues: request.variables ?? {},
        operationName: request.operationName ?? null,
      });
      return { data: data ?? null, ...(errors && { errors }) };
    },
  };
}
