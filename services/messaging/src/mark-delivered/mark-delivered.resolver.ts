import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { threadPayload } from '../graphql/thread-payload.ts';
import { markDelivered } from './mark-delivered.ts';

export const markDeliveredResolvers = {
  markDelivered: async (_, { input }, context) =>
    threadPayload(
      await markDelivered(context.database, signedIn(context), input, {
        cause: causeOfRequest(context),
        now: context.now(),
      }),
      context,
    ),
} satisfies Resolvers['Mutation'];
