import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { threadPayload } from '../graphql/thread-payload.ts';
import { markUnread } from './mark-unread.ts';

export const markUnreadResolvers = {
  markUnread: async (_, { input }, context) =>
    threadPayload(
      await markUnread(context.database, signedIn(context), input, {
        cause: causeOfRequest(context),
        now: context.now(),
      }),
      context,
    ),
} satisfies Resolvers['Mutation'];
