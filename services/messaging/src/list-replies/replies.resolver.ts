import { pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import type { MessageResolvers } from '../generated/graphql.ts';
import { readReplies, replyPlaceIn, replyPlaceText } from './replies-page.ts';

export const repliesResolvers = {
  replies: async (message, wish, { prisma }) => {
    const page = pageOf(wish, replyPlaceIn);
    return pageConnection(await readReplies(prisma, message, page), page, replyPlaceText);
  },
  replyCount: ({ threadId, number }, _, { reads }) => reads.replyCount.load({ threadId, number }),
} satisfies MessageResolvers;
