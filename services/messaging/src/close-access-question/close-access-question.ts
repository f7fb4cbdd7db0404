import type { Actor } from '@carethread/contracts/actor.ts';
import { type AccessAnswer, AccessQuestionClosed } from '@carethread/contracts/events/messaging.ts';
import { type Id, idSchema, type TicketId, type UserId } from '@carethread/contracts/ids.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { bodySchema } from '../message.ts';
import { sendMessage } from '../sending.ts';
import { lockThread, ThreadNews } from '../thread-store.ts';

const inputSchema = z.object({
  idempotencyKey: idSchema<'Key'>(),
  accessId: idSchema<'RecordAccess'>(),
  answer: z.enum(['RIGHTFUL', 'MISTAKEN', 'MISUSED']),
  text: bodySchema,
});

const find = `SELECT ticket_id AS "ticketId", patient_id AS "patientId", answer FROM access_question
  WHERE access_id = $1 AND officer_id = $2`;
interface Question {
  ticketId: TicketId;
  patientId: UserId;
  answer: AccessAnswer | null;
}
const close = `UPDATE access_question SET answer = $2, closed_at = $3 WHERE access_id = $1 AND answer IS NULL
  RETURNING ticket_id`;

/**
 * The officer answers a question: first the patient is told in its thread, then it is closed, which tells tickets. Each
 * step can be done again, so a repeat of the request goes on where an earlier one ended. Answers the id of the access.
 */
export async function closeAccessQuestion(
  database: Database,
  asking: { actor: Actor; cause: Cause; now: () => Date },
  raw: unknown,
): Promise<Id<'RecordAccess'> | Refusal> {
  const input = checkInput(inputSchema, raw);
  if (input instanceof Refusal) return input;
  const { idempotencyKey: clientId, accessId, text: body } = input;
  const answer = input.answer.toLowerCase() as AccessAnswer;
  const { actor, cause, now } = asking;
  const [question] = await database.asActor(actor, (tx) =>
    tx.query<Question>(find, [accessId, actor.userId]),
  );
  if (!question)
    return refuse('NOT_FOUND', 'There is no such question for you to answer.', {
      path: ['input', 'accessId'],
    });
  const { ticketId, patientId } = question;
  if (question.answer !== null && question.answer !== answer)
    return refuse('ILLEGAL_MOVE', 'This question was answered before.', {
      currentStatus: question.answer.toUpperCase(),
    });
  const sent = await sendMessage(database, asking, { ticketId, clientId, body });
  if (sent instanceof Refusal) return sent;
  await database.asActor(actor, async (tx) => {
    const thread = (await lockThread(tx, { ticketId }))!;
    const closed = await tx.query(close, [accessId, answer, now()]);
    if (closed.length === 0) return;
    const news = new ThreadNews(tx, thread, cause);
    news.emit(AccessQuestionClosed, { patientId, officerId: actor.userId, accessId, answer });
    news.keep();
  });
  return accessId;
}
