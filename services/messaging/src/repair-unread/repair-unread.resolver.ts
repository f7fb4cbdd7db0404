import { Refusal } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { unreadCheck } from '../unread-check.ts';
import { repairUnread } from './repair-unread.ts';

export const repairUnreadResolvers = {
  repairUnread: async (_, { input }, context) => {
    const { userId } = signedIn(context);
    const found = await repairUnread(context.database, userId, input, context.now());
    return found instanceof Refusal
      ? { found: null, userErrors: [...found.userErrors] }
      : { found: unreadCheck(found), userErrors: [] };
  },
} satisfies Resolvers['Mutation'];
