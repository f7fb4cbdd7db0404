import type { Page } from '@carethread/service-kit/page.ts';
import { type Prisma as Types, Prisma, type PrismaClient } from '../generated/prisma/client.ts';

export interface InboxEntry {
  readonly threadId: string;
  readonly activeAt: Date;
}

/** Where an entry stands: newest activity first, then by id. */
export interface Place {
  readonly activeAt: string;
  readonly threadId: string;
}
export const placeText = ({ activeAt, threadId }: InboxEntry): string =>
  `${activeAt.toISOString()} ${threadId}`;

export function placeIn(text: string): Place | null {
  const [, activeAt, threadId] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ([0-9a-f-]{36})$/.exec(text) ?? [];
  return activeAt && threadId ? { activeAt, threadId } : null;
}

/**
 * Threads of a principal, newest activity first; one more than the page holds if more follow. One index scan, with or
 * without the filter.
 */
export function readInbox(
  prisma: PrismaClient,
  principalId: string,
  { first, after }: Page<Place>,
  unreadOnly: boolean,
): Types.PrismaPromise<InboxEntry[]> {
  const unread = unreadOnly ? Prisma.sql`AND unread_count > 0` : Prisma.empty;
  const onwards = after
    ? Prisma.sql`AND (active_at, thread_id) < (${after.activeAt}::timestamptz, ${after.threadId}::uuid)`
    : Prisma.empty;
  return prisma.$queryRaw`SELECT thread_id AS "threadId", active_at AS "activeAt" FROM member
    WHERE principal_id = ${principalId}::uuid AND left_at IS NULL ${unread} ${onwards}
    ORDER BY active_at DESC, thread_id DESC LIMIT ${first + 1}`;
}
