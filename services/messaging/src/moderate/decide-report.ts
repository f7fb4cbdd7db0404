import { emit } from '@carethread/bus/outbox.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { ReportDecided } from '@carethread/contracts/events/messaging.ts';
import { idSchema } from '@carethread/contracts/ids.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { despiteDeadlock } from '../despite-deadlock.ts';
import { lockMessage, saveDeletion } from '../revision-store.ts';
import { closeReports, type Report, reportById } from './report-store.ts';

const inputSchema = z.object({
  reportId: idSchema<'MessageReport'>(),
  decision: z.enum(['REMOVE', 'DISMISS']),
  reason: z.string().trim().min(3).max(500),
});

/**
 * Decides about a report, and with it about all open reports of the message: the message goes, or it stays. As the worker:
 * a moderator is no member. Answers the report.
 */
export async function decideReport(
  database: Database,
  { userId }: Actor,
  input: unknown,
  { cause, now }: { cause: Cause; now: Date },
): Promise<Report | Refusal> {
  const checked = checkInput(inputSchema, input);
  if (checked instanceof Refusal) return checked;
  const { reportId, decision, reason } = checked;
  const status = decision === 'REMOVE' ? 'removed' : 'dismissed';
  return despiteDeadlock(() =>
    database.asWorker(async (tx) => {
      const seen = await reportById(tx, reportId);
      if (!seen) return refuse('NOT_FOUND', 'There is no such report.', { path: ['input', 'reportId'] });
      const { thread, message } = await lockMessage(tx, seen.messageId, userId);
      const report = (await reportById(tx, reportId))!;
      if (report.status === status) return report;
      if (report.status !== 'open')
        return refuse('ILLEGAL_MOVE', 'This report was decided about before.', {
          currentStatus: report.status.toUpperCase(),
        });
      if (status === 'removed' && !message!.deletedAt)
        saveDeletion(tx, thread!, message!, { by: 'moderator', at: now, cause });
      const { messageId, threadId } = report;
      for (const id of await closeReports(tx, messageId, { status, by: userId, at: now, reason })) {
        const about = { threadId, ticketId: thread!.ticketId, reportId: id, messageId };
        emit(tx, ReportDecided, {
          aggregateId: id,
          sequence: 2,
          data: { ...about, decision: status },
          ...cause,
        });
      }
      return (await reportById(tx, reportId))!;
    }),
  );
}
