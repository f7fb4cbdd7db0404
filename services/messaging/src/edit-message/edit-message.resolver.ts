import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { editMessage } from './edit-message.ts';

export const editMessageResolvers = {
  editMessage: async (_, { input }, context) => {
    const { database, now, editWindowMs } = context;
    const { current, refusal } = await editMessage(database, signedIn(context), input, {
      cause: causeOfRequest(context),
      now: now(),
      windowMs: editWindowMs,
    });
    if (refusal) return { message: null, current, userErrors: [...refusal.userErrors] };
    return { message: current, current, userErrors: [] };
  },
} satisfies Resolvers['Mutation'];
