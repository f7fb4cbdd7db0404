import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { connection, pageSize } from '../page.ts';
import { principalOf } from '../thread.ts';
import { inboxCursor, readInbox } from './inbox-page.ts';

export const inboxResolvers = {
  Query: {
    inbox: async (_, __, context) => {
      const principalId = principalOf(signedIn(context));
      return (
        (await context.prisma.inbox.findUnique({ where: { principalId } })) ?? { principalId, unreadCount: 0 }
      );
    },
  },
  Inbox: {
    threads: async ({ principalId }, { first, after, unreadOnly }, { prisma, reads }) => {
      const limit = pageSize(first) + 1;
      const found = await readInbox(prisma, principalId, { after, unreadOnly, limit });
      const entries = found.slice(0, first);
      const threads = await Promise.all(entries.map(({ threadId }) => reads.thread.load(threadId)));
      // Somebody who leaves a thread at this moment may find its entry, but no longer the thread.
      const shown = entries.flatMap((entry, at) => (threads[at] ? [{ entry, thread: threads[at] }] : []));
      const page = connection(shown, ({ entry }) => inboxCursor(entry), {
        hasNextPage: found.length > first,
        hasPreviousPage: after != null,
      });
      return {
        ...page,
        edges: page.edges.map(({ cursor, node }) => ({ cursor, node: node.thread })),
      };
    },
  },
} satisfies Resolvers;
