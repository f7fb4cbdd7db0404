import { pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import type { MessageResolvers } from '../generated/graphql.ts';

const versionIn = (text: string): number | null => {
  const [, digits] = /^v(\d{1,9})$/.exec(text) ?? [];
  return digits ? Number(digits) : null;
};

export const historyResolvers = {
  history: async ({ id: messageId }, wish, { prisma }) => {
    const page = pageOf(wish, versionIn);
    const rows = await prisma.messageRevision.findMany({
      where: { messageId, ...(page.after !== null && { version: { lt: page.after } }) },
      orderBy: { version: 'desc' },
      take: page.first + 1,
    });
    return pageConnection(rows, page, ({ version }) => `v${version}`);
  },
} satisfies MessageResolvers;
