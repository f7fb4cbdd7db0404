import type { Resolvers, ThreadResolvers } from '../generated/graphql.ts';
import { changesSince } from './changes.ts';

export const changesOfThread = {
  changesSince: (thread, page, { prisma }) => changesSince(prisma, thread, page),
} satisfies ThreadResolvers;

export const changeResolvers: Pick<Resolvers, 'ThreadChange'> = {
  ThreadChange: {
    cursor: ({ number }) => number,
    kind: ({ kind }) => kind.toUpperCase() as 'ADDED',
    message: ({ messageId }, _, { reads }) => (messageId === null ? null : reads.message.load(messageId)),
    at: ({ changedAt }) => changedAt,
  },
};
