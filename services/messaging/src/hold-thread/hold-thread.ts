import { emit } from '@carethread/bus/outbox.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { HoldLifted, HoldSet } from '@carethread/contracts/events/messaging.ts';
import { derivedId, idSchema } from '@carethread/contracts/ids.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { otherContent, unknownThread } from '../message.ts';
import { threadIdOf } from '../thread.ts';
import { lockThread } from '../thread-store.ts';
import { holdById, type Hold } from './hold-store.ts';

const reason = z.string().trim().min(3).max(500);
const setSchema = z.object({ idempotencyKey: idSchema<'Key'>(), ticketId: idSchema<'Ticket'>(), reason });
const liftSchema = z.object({ holdId: idSchema<'LegalHold'>(), reason });

interface At {
  readonly cause: Cause;
  readonly now: Date;
}

const insert = `INSERT INTO legal_hold (id, thread_id, reason, set_by, set_at) VALUES ($1, $2, $3, $4, $5)`;

/**
 * Holds a ticket's thread: nothing of it is purged until a second person lifts it. As the worker: who sets a hold is no
 * member, and does not become one. Under the thread's lock, because a purge looks under it.
 */
export async function setLegalHold(
  database: Database,
  { userId }: Actor,
  input: unknown,
  { cause, now }: At,
): Promise<Hold | Refusal> {
  const checked = checkInput(setSchema, input);
  if (checked instanceof Refusal) return checked;
  const { ticketId } = checked;
  const threadId = threadIdOf(ticketId);
  const id = derivedId<'LegalHold'>(checked.idempotencyKey, `hold by ${userId}`);
  return database.asWorker(async (tx) => {
    const [thread, earlier] = await Promise.all([lockThread(tx, { threadId }), holdById(tx, id)]);
    if (!thread) return unknownThread;
    if (earlier)
      return earlier.threadId === threadId && earlier.reason === checked.reason ? earlier : otherContent();
    tx.send(insert, [id, threadId, checked.reason, userId, now]);
    emit(tx, HoldSet, { aggregateId: id, sequence: 1, data: { threadId, ticketId, holdId: id }, ...cause });
    return (await holdById(tx, id))!;
  });
}

const lift = 'UPDATE legal_hold SET lift_reason = $2, lifted_by = $3, lifted_at = $4 WHERE id = $1';
// What was kept aside because of it goes, unless something else keeps it.
const forget = `DELETE FROM held_copy WHERE thread_id = $1
  AND NOT EXISTS (SELECT FROM legal_hold WHERE thread_id = $1 AND lifted_at IS NULL)
  AND NOT EXISTS (SELECT FROM message_report AS report
    WHERE report.message_id = held_copy.message_id AND status = 'open')`;

/** Lifts a hold that somebody else has set. */
export async function liftLegalHold(
  database: Database,
  { userId }: Actor,
  input: unknown,
  { cause, now }: At,
): Promise<Hold | Refusal> {
  const checked = checkInput(liftSchema, input);
  if (checked instanceof Refusal) return checked;
  return database.asWorker(async (tx) => {
    const seen = await holdById(tx, checked.holdId);
    if (!seen) return unknownHold;
    const thread = await lockThread(tx, { threadId: seen.threadId });
    const hold = (await holdById(tx, checked.holdId))!;
    if (hold.setBy === userId)
      return refuse('NOT_ALLOWED', 'A hold is lifted by somebody else than who set it.');
    if (hold.liftedAt) return hold;
    const { id: holdId, threadId, setBy } = hold;
    tx.send(lift, [holdId, checked.reason, userId, now]);
    tx.send(forget, [threadId]);
    const data = { threadId, ticketId: thread!.ticketId, holdId, setBy };
    emit(tx, HoldLifted, { aggregateId: holdId, sequence: 2, data, ...cause });
    return (await holdById(tx, holdId))!;
  });
}

const unknownHold = refuse('NOT_FOUND', 'There is no such hold.', { path: ['input', 'holdId'] });
