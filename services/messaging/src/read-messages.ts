import { Prisma, type PrismaClient } from './generated/prisma/client.ts';
import type { Window } from './message-window.ts';
import type { MessageRow } from './rows.ts';

const columns = Prisma.sql`id, thread_id AS "threadId", number, kind, routing, sender_id AS "senderId",
  sent_by AS "sentBy", body, notice, reply_to AS "replyTo", prescription_id AS "prescriptionId", sent_at AS "sentAt",
  instructions, version, edited_at AS "editedAt", deleted_at AS "deletedAt", deleted_by AS "deletedBy", mentions, language`;

/**
 * The same stretch of several threads in one statement: one index scan per thread, which stops at the page's end.
 * Answers the messages by thread, oldest first.
 */
export async function readMessages(
  prisma: PrismaClient,
  threadIds: readonly string[],
  { after, before, limit, from }: Window,
): Promise<Map<string, MessageRow[]>> {
  const direction = from === 'oldest' ? Prisma.sql`ASC` : Prisma.sql`DESC`;
  const rows = await prisma.$queryRaw<
    MessageRow[]
  >`SELECT page.* FROM unnest(${threadIds}::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (
      SELECT ${columns} FROM message WHERE thread_id = wanted.id AND number > ${after} AND number < ${before}
      ORDER BY number ${direction} LIMIT ${limit}
    ) AS page`;
  const byThread = Map.groupBy(rows, ({ threadId }) => threadId);
  for (const page of byThread.values()) page.sort((a, b) => a.number - b.number);
  return byThread;
}
