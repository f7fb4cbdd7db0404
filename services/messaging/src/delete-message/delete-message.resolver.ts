import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { deleteMessage } from './delete-message.ts';

export const deleteMessageResolvers = {
  deleteMessage: async (_, { input }, context) => {
    const { database, now, reads } = context;
    const at = { cause: causeOfRequest(context), now: now() };
    const outcome = await deleteMessage(database, signedIn(context), input, at);
    return outcome instanceof Refusal
      ? { message: null, userErrors: [...outcome.userErrors] }
      : { message: await reads.message.load(outcome), userErrors: [] };
  },
} satisfies Resolvers['Mutation'];
