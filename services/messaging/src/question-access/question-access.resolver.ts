import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { questionAccess } from './question-access.ts';

export const questionAccessResolvers = {
  questionAccess: async (_, { input }, context) => {
    const { database, reads, now } = context;
    const asking = { actor: signedIn(context), cause: causeOfRequest(context), now };
    const asked = await questionAccess(database, asking, input);
    if (asked instanceof Refusal)
      return { access: null, ticket: null, thread: null, userErrors: [...asked.userErrors] };
    return {
      access: await reads.recordAccess.load(asked.accessId),
      ticket: { id: asked.ticketId },
      thread: await reads.threadOfTicket.load(asked.ticketId),
      userErrors: [],
    };
  },
} satisfies Resolvers['Mutation'];
