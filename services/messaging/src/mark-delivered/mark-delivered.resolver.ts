import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import type { Context } from '../graphql/context.ts';
import { threadPayload } from '../graphql/thread-payload.ts';
import { markAllDelivered, markDelivered } from './mark-delivered.ts';

const noted = (context: Context) => ({ cause: causeOfRequest(context), now: context.now() });

export const markDeliveredResolvers = {
  markDelivered: async (_, { input }, context) =>
    threadPayload(await markDelivered(context.database, signedIn(context), input, noted(context)), context),
  markAllDelivered: async (_, { input }, context) => {
    const outcome = await markAllDelivered(context.database, signedIn(context), input, noted(context));
    if (outcome instanceof Refusal) return { threads: null, userErrors: [...outcome.userErrors] };
    const threads = await Promise.all(outcome.map((id) => context.reads.thread.load(id)));
    return { threads: threads.filter((thread) => thread !== null), userErrors: [] };
  },
} satisfies Resolvers['Mutation'];
