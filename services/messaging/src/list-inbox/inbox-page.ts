import { type Prisma as Types, Prisma, type PrismaClient } from '../generated/prisma/client.ts';
import { cursorOf, positionIn } from '../page.ts';

export interface InboxEntry {
  readonly threadId: string;
  readonly activeAt: Date;
}

/** Where an entry stands: newest activity first, then by id. */
export const inboxCursor = ({ activeAt, threadId }: InboxEntry): string =>
  cursorOf(`${activeAt.toISOString()} ${threadId}`);

const position = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ([0-9a-f-]{36})$/;

/**
 * Threads of a principal after a cursor, newest activity first, at most `limit`: one index scan, with or without the
 * filter.
 */
export function readInbox(
  prisma: PrismaClient,
  principalId: string,
  { after, unreadOnly, limit }: { after?: string | null; unreadOnly: boolean; limit: number },
): Types.PrismaPromise<InboxEntry[]> {
  const unread = unreadOnly ? Prisma.sql`AND unread_count > 0` : Prisma.empty;
  const [, at, id] = after == null ? [] : positionIn(after, position);
  const onwards =
    at && id ? Prisma.sql`AND (active_at, thread_id) < (${at}::timestamptz, ${id}::uuid)` : Prisma.empty;
  return prisma.$queryRaw`SELECT thread_id AS "threadId", active_at AS "activeAt" FROM member
    WHERE principal_id = ${principalId}::uuid AND left_at IS NULL ${unread} ${onwards}
    ORDER BY active_at DESC, thread_id DESC LIMIT ${limit}`;
}
