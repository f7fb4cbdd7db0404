import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { threadPayload } from '../graphql/thread-payload.ts';
import { muteThread, unmuteThread } from './mute-thread.ts';

export const muteThreadResolvers = {
  muteThread: async (_, { input }, context) =>
    threadPayload(await muteThread(context.database, signedIn(context), input, context.now()), context),
  unmuteThread: async (_, { input }, context) =>
    threadPayload(await unmuteThread(context.database, signedIn(context), input), context),
} satisfies Resolvers['Mutation'];
