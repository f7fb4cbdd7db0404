import type { Tx } from '@carethread/bus/transaction.ts';
import type { MessageId, MessageReportId, ThreadId, UserId } from '@carethread/contracts/ids.ts';
import type { Page } from '@carethread/service-kit/page.ts';

/** A report as moderators see it: of the thread, the message alone. */
export interface Report {
  readonly id: MessageReportId;
  readonly messageId: MessageId;
  readonly threadId: ThreadId;
  readonly reportedBy: UserId;
  readonly reason: string;
  readonly comment: string | null;
  readonly reportedAt: Date;
  readonly status: 'open' | 'dismissed' | 'removed';
  /** Who wrote the message, and what it said when it was last seen. */
  readonly sentBy: UserId | null;
  readonly body: string | null;
}

const select = `SELECT report.id, report.message_id AS "messageId", report.thread_id AS "threadId",
    reported_by AS "reportedBy", reason, comment, reported_at AS "reportedAt", status, message.sent_by AS "sentBy",
    coalesce(message.body, (SELECT body FROM held_copy WHERE held_copy.message_id = report.message_id
      ORDER BY version DESC LIMIT 1)) AS body
  FROM message_report AS report JOIN message ON message.id = report.message_id`;

export async function reportById(tx: Tx, id: MessageReportId): Promise<Report | null> {
  return (await tx.query<Report>(`${select} WHERE report.id = $1`, [id]))[0] ?? null;
}

/** Open reports, oldest first; one more than the page holds if more follow. */
export const openReports = (tx: Tx, { first, after }: Page<string>): Promise<Report[]> =>
  tx.query<Report>(
    `${select} WHERE status = 'open' AND ($1::uuid IS NULL OR report.id > $1) ORDER BY report.id LIMIT $2`,
    [after, first + 1],
  );

const close = `UPDATE message_report SET status = $2, decided_by = $3, decided_at = $4, decision_reason = $5
  WHERE message_id = $1 AND status = 'open' RETURNING id, message_id AS "messageId"`;
// What was kept aside for the moderators goes, unless a hold keeps it.
const forget = `DELETE FROM held_copy WHERE message_id = $1
  AND NOT EXISTS (SELECT FROM legal_hold WHERE legal_hold.thread_id = held_copy.thread_id AND lifted_at IS NULL)`;

/** Closes all open reports of a message alike. Answers their ids. */
export async function closeReports(
  tx: Tx,
  messageId: MessageId,
  { status, by, at, reason }: { status: 'dismissed' | 'removed'; by: UserId; at: Date; reason: string },
): Promise<MessageReportId[]> {
  const closed = await tx.query<{ id: MessageReportId }>(close, [messageId, status, by, at, reason]);
  tx.send(forget, [messageId]);
  return closed.map(({ id }) => id);
}
