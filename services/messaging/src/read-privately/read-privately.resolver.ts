import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { ownInbox } from '../own-inbox.ts';
import { readPrivately } from './read-privately.ts';

export const readPrivatelyResolvers = {
  readPrivately: async (_, { input }, context) => {
    const refusal = await readPrivately(context.database, signedIn(context), input);
    if (refusal) return { inbox: null, userErrors: [...refusal.userErrors] };
    return { inbox: await ownInbox(context), userErrors: [] };
  },
} satisfies Resolvers['Mutation'];
