import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import type { Context } from '../graphql/context.ts';
import { threadPayload } from '../graphql/thread-payload.ts';
import type { RoomStatus } from '../room.ts';
import { moveRoom } from './end-room.ts';

const move = async (to: RoomStatus, input: unknown, context: Context) => {
  const at = { to, cause: causeOfRequest(context), now: context.now() };
  return threadPayload(await moveRoom(context.database, signedIn(context), input, at), context);
};

export const endRoomResolvers = {
  endRoom: (_, { input }, context) => move('ENDED', input, context),
  resumeRoom: (_, { input }, context) => move('ACTIVE', input, context),
} satisfies Resolvers['Mutation'];
