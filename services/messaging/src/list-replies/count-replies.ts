import type { PrismaClient } from '../generated/prisma/client.ts';

/** How many replies each of these messages has, without deleted ones; messages without any are left out. */
export const countReplies = (
  prisma: PrismaClient,
  places: readonly { threadId: string; number: number }[],
): Promise<{ threadId: string; number: number; count: number }[]> => {
  const threadIds = places.map(({ threadId }) => threadId);
  const numbers = places.map(({ number }) => number);
  return prisma.$queryRaw`SELECT wanted.id AS "threadId", wanted.number, count(message.id)::int AS count
    FROM unnest(${threadIds}::uuid[], ${numbers}::int[]) AS wanted (id, number)
    JOIN message ON message.thread_id = wanted.id AND message.reply_to = wanted.number AND deleted_at IS NULL
    GROUP BY wanted.id, wanted.number`;
};
