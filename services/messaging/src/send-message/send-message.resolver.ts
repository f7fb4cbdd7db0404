import { Refusal } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { sendMessage } from '../sending.ts';

export const sendMessageResolvers = {
  sendMessage: async (_, { input }, context) => {
    const sender = { actor: signedIn(context), cause: causeOfRequest(context), now: context.now };
    const sent = await sendMessage(context.database, sender, input);
    return sent instanceof Refusal
      ? { message: null, userErrors: [...sent.userErrors] }
      : { message: sent, userErrors: [] };
  },
} satisfies Resolvers['Mutation'];
