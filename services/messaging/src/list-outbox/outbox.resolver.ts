import { idIn, pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { principalOf } from '../thread.ts';
import { readOutbox } from './outbox-page.ts';

export const outboxResolvers = {
  Query: {
    outbox: (_, __, context) => ({ principalId: principalOf(signedIn(context)) }),
  },
  Outbox: {
    messages: async ({ principalId }, wish, { prisma }) => {
      const page = pageOf(wish, idIn);
      return pageConnection(await readOutbox(prisma, principalId, page), page, ({ id }) => id);
    },
  },
} satisfies Resolvers;
