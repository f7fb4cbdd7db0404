import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { connection, cursorOf, pageSize } from '../page.ts';
import { principalOf } from '../thread.ts';
import { readOutbox } from './outbox-page.ts';

export const outboxResolvers = {
  Query: {
    outbox: (_, __, context) => ({ principalId: principalOf(signedIn(context)) }),
  },
  Outbox: {
    messages: async ({ principalId }, { first, after }, { prisma }) => {
      const found = await readOutbox(prisma, principalId, { after, limit: pageSize(first) + 1 });
      return connection(found.slice(0, first), ({ id }) => cursorOf(id), {
        hasNextPage: found.length > first,
        hasPreviousPage: after != null,
      });
    },
  },
} satisfies Resolvers;
