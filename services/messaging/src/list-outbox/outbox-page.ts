import type { Page } from '@carethread/service-kit/page.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { MessageRow } from '../rows.ts';

/** What a principal sent, newest first; one more than the page holds if more follow. Ids are made in the order of time. */
export const readOutbox = (
  prisma: PrismaClient,
  senderId: string,
  { first, after }: Page<string>,
): Promise<MessageRow[]> =>
  prisma.message.findMany({
    where: { senderId, ...(after !== null && { id: { lt: after } }) },
    orderBy: { id: 'desc' },
    take: first + 1,
  });
