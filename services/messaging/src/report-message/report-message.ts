import { emit } from '@carethread/bus/outbox.ts';
import { type Actor, personBehind } from '@carethread/contracts/actor.ts';
import { MessageReported, reportReasons } from '@carethread/contracts/events/messaging.ts';
import { idSchema, type MessageReportId, newId } from '@carethread/contracts/ids.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { unknownMessage } from '../revision.ts';
import { lockMessage } from '../revision-store.ts';

const inputSchema = z.object({
  messageId: idSchema<'Message'>(),
  reason: z.string().toLowerCase().pipe(z.enum(reportReasons)),
  comment: z.string().trim().max(1_000).nullish(),
});

const insert = `INSERT INTO message_report (id, message_id, thread_id, reported_by, reason, comment, reported_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (reported_by, message_id) DO NOTHING RETURNING id`;
const find = 'SELECT id FROM message_report WHERE reported_by = $1 AND message_id = $2';

/** Reports a message the actor can see to the moderators. A person's second report of it is the first one. */
export async function reportMessage(
  database: Database,
  actor: Actor,
  input: unknown,
  { cause, now }: { cause: Cause; now: Date },
): Promise<MessageReportId | Refusal> {
  const checked = checkInput(inputSchema, input);
  if (checked instanceof Refusal) return checked;
  const { messageId, reason, comment = null } = checked;
  const userId = personBehind(actor);
  return database.asActor(actor, async (tx) => {
    const { thread, message } = await lockMessage(tx, messageId, userId);
    if (!thread || !message || message.kind === 'system') return unknownMessage;
    const { id: threadId, ticketId } = thread;
    const row = [newId(), messageId, threadId, userId, reason, comment, now];
    const [made] = await tx.query<{ id: MessageReportId }>(insert, row);
    if (!made) return (await tx.query<{ id: MessageReportId }>(find, [userId, messageId]))[0]!.id;
    const data = { threadId, ticketId, reportId: made.id, messageId, reason };
    emit(tx, MessageReported, { aggregateId: made.id, sequence: 1, data, ...cause });
    return made.id;
  });
}
