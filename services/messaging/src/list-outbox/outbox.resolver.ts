import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { connection, cursorOf, pageSize, positionIn } from '../page.ts';
import { principalOf } from '../thread.ts';

const position = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const outboxResolvers = {
  Query: {
    outbox: (_, __, context) => ({ principalId: principalOf(signedIn(context)) }),
  },
  Outbox: {
    // Message ids are made in the order of time, so the newest first is the highest first.
    messages: async ({ principalId }, { first, after }, { prisma }) => {
      const found = await prisma.message.findMany({
        where: {
          senderId: principalId,
          ...(after != null && { id: { lt: positionIn(after, position)[0] } }),
        },
        orderBy: { id: 'desc' },
        take: pageSize(first) + 1,
      });
      return connection(found.slice(0, first), ({ id }) => cursorOf(id), {
        hasNextPage: found.length > first,
        hasPreviousPage: after != null,
      });
    },
  },
} satisfies Resolvers;
