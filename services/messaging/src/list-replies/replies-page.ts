import type { Page } from '@carethread/service-kit/page.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { MessageRow } from '../rows.ts';

/** Where a reply stands among the replies to one message: by its number. */
export const replyPlaceText = ({ number }: { number: number }): string => `r${number}`;
export function replyPlaceIn(text: string): number | null {
  const [, digits] = /^r(\d{1,9})$/.exec(text) ?? [];
  return digits ? Number(digits) : null;
}

/** Replies to one message, oldest first; one more than the page holds if more follow. One index scan. */
export const readReplies = (
  prisma: PrismaClient,
  { threadId, number }: Pick<MessageRow, 'threadId' | 'number'>,
  { first, after }: Page<number>,
): Promise<MessageRow[]> =>
  prisma.message.findMany({
    where: { threadId, replyTo: number, ...(after !== null && { number: { gt: after } }) },
    orderBy: { number: 'asc' },
    take: first + 1,
  });
