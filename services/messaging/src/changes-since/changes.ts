import { pageSize } from '@carethread/service-kit/page.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { ThreadChangeRow, ThreadRow } from '../rows.ts';
import { canContinue } from '../thread-change.ts';

/** What happened in a thread after a cursor. */
export interface Changes {
  /** The cursor is too old, or none of this thread: read the thread anew and go on from its `lastChange`. */
  readonly resync: boolean;
  readonly changes: ThreadChangeRow[];
  /** Where the answer ends. */
  readonly cursor: number;
  readonly hasMore: boolean;
}

/** Changes after a cursor, oldest first. One index scan. */
export async function changesSince(
  prisma: PrismaClient,
  { id: threadId, changesFrom, lastChange }: ThreadRow,
  { after, first }: { after: number; first: number },
): Promise<Changes> {
  const limit = pageSize(first, 101);
  const tooOld = { resync: true, changes: [], cursor: lastChange, hasMore: false };
  if (!canContinue(after, { from: changesFrom, last: lastChange })) return tooOld;
  const changes = await prisma.threadChange.findMany({
    where: { threadId, number: { gt: after, lte: lastChange } },
    orderBy: { number: 'asc' },
    take: limit,
  });
  // Trimmed between the reading of the thread and of its changes.
  if (after < lastChange && changes[0]?.number !== after + 1) return tooOld;
  const cursor = changes.at(-1)?.number ?? after;
  return { resync: false, changes, cursor, hasMore: cursor < lastChange };
}
