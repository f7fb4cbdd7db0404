import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { payload } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { reportMessage } from './report-message.ts';

export const reportMessageResolvers = {
  reportMessage: async (_, { input }, context) => {
    const at = { cause: causeOfRequest(context), now: context.now() };
    return payload('reportId', await reportMessage(context.database, signedIn(context), input, at));
  },
} satisfies Resolvers['Mutation'];
