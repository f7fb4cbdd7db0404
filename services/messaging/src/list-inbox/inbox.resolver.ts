import { pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { principalOf } from '../thread.ts';
import { placeIn, placeText, readInbox } from './inbox-page.ts';

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
    threads: async ({ principalId }, { unreadOnly, ...wish }, { prisma, reads }) => {
      const page = pageOf(wish, placeIn);
      const entries = await readInbox(prisma, principalId, page, unreadOnly);
      const { edges, pageInfo } = pageConnection(entries, page, placeText);
      const threads = await Promise.all(edges.map(({ node }) => reads.thread.load(node.threadId)));
      // Somebody who leaves a thread at this moment may find its entry, but no longer the thread.
      return {
        pageInfo,
        edges: edges.flatMap(({ cursor }, at) => (threads[at] ? [{ cursor, node: threads[at] }] : [])),
      };
    },
  },
} satisfies Resolvers;
