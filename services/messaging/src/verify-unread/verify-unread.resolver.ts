import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { principalOf } from '../thread.ts';
import { checkUnread, unreadCheck } from '../unread-check.ts';

export const verifyUnreadResolvers = {
  Query: {
    verifyUnread: async (_, __, context) => {
      const actor = signedIn(context);
      return unreadCheck(await context.database.asActor(actor, (tx) => checkUnread(tx, principalOf(actor))));
    },
  },
} satisfies Resolvers;
