import type { PrismaClient } from '../generated/prisma/client.ts';
import { positionIn } from '../page.ts';
import type { MessageRow } from '../rows.ts';

const position = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a principal sent, after a cursor, at most `limit`. Ids are made in the order of time: the newest is the highest. */
export const readOutbox = (
  prisma: PrismaClient,
  senderId: string,
  { after, limit }: { after?: string | null; limit: number },
): Promise<MessageRow[]> =>
  prisma.message.findMany({
    where: { senderId, ...(after != null && { id: { lt: positionIn(after, position)[0] } }) },
    orderBy: { id: 'desc' },
    take: limit,
  });
