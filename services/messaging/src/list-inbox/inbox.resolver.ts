import { pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { ownInbox } from '../own-inbox.ts';
import { placeIn, placeText, readInbox } from './inbox-page.ts';

export const inboxResolvers = {
  Query: { inbox: (_, __, context) => ownInbox(context) },
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
