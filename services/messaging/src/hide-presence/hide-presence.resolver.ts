import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { ownInbox } from '../own-inbox.ts';
import { hidePresence } from './hide-presence.ts';

export const hidePresenceResolvers = {
  hidePresence: async (_, { input }, context) => {
    const refusal = await hidePresence(context.database, signedIn(context), input, causeOfRequest(context));
    if (refusal) return { inbox: null, userErrors: [...refusal.userErrors] };
    return { inbox: await ownInbox(context), userErrors: [] };
  },
} satisfies Resolvers['Mutation'];
