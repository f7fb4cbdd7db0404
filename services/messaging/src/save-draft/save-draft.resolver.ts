import { personBehind } from '@carethread/contracts/actor.ts';
import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers, ThreadResolvers } from '../generated/graphql.ts';
import { saveDraft } from './save-draft.ts';

export const draftOfThread = {
  draft: ({ id: threadId }, _, context) =>
    context.prisma.draft.findUnique({
      where: { userId_threadId: { userId: personBehind(signedIn(context)), threadId } },
    }),
} satisfies ThreadResolvers;

export const saveDraftResolvers = {
  saveDraft: async (_, { input }, context) => {
    const at = { cause: causeOfRequest(context), now: context.now() };
    const { draft, refusal } = await saveDraft(context.database, signedIn(context), input, at);
    return { draft, userErrors: refusal ? [...refusal.userErrors] : [] };
  },
} satisfies Resolvers['Mutation'];
