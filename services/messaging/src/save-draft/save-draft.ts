import { emit } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import { type Actor, personBehind } from '@carethread/contracts/actor.ts';
import { DraftSaved } from '@carethread/contracts/events/messaging.ts';
import { derivedId, idSchema, type ThreadId, type TicketId } from '@carethread/contracts/ids.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, staleVersion } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { unfinishedSchema } from '../message.ts';
import { notFound } from '../move-marker.ts';
import type { DraftRow } from '../rows.ts';

const inputSchema = z.object({
  threadId: idSchema<'Thread'>(),
  body: unfinishedSchema,
  expectedVersion: z.int().min(0),
});

const columns = `user_id AS "userId", thread_id AS "threadId", body, version, saved_at AS "savedAt"`;
const find = `SELECT ${columns} FROM draft WHERE user_id = $1 AND thread_id = $2 FOR UPDATE`;
const begin = `INSERT INTO draft (user_id, thread_id, body, version, saved_at) VALUES ($1, $2, $3, 1, $4)
  ON CONFLICT DO NOTHING RETURNING ${columns}`;
const goOn = `UPDATE draft SET body = $3, saved_at = $4, version = version + 1 WHERE user_id = $1 AND thread_id = $2
  RETURNING ${columns}`;

export interface DraftOutcome {
  /** What is kept now: also where another device was first. */
  readonly draft: DraftRow | null;
  readonly refusal: Refusal | null;
}

/** Keeps what the actor has begun to write in a thread; an empty text when it is done or given up. */
export async function saveDraft(
  database: Database,
  actor: Actor,
  input: unknown,
  { cause, now }: { cause: Cause; now: Date },
): Promise<DraftOutcome> {
  const checked = checkInput(inputSchema, input);
  if (checked instanceof Refusal) return { draft: null, refusal: checked };
  const { threadId, body, expectedVersion } = checked;
  return database.asActor(actor, async (tx) => {
    const place = [personBehind(actor), threadId];
    const [[thread], [kept]] = await Promise.all([
      tx.query<{ ticketId: TicketId }>('SELECT ticket_id AS "ticketId" FROM thread WHERE id = $1', [
        threadId,
      ]),
      tx.query<DraftRow>(find, place),
    ]);
    if (!thread) return { draft: null, refusal: notFound('threadId') };
    if ((kept?.version ?? 0) !== expectedVersion)
      return { draft: kept ?? null, refusal: staleVersion(expectedVersion, kept?.version ?? 0) };
    const [draft] = await tx.query<DraftRow>(kept ? goOn : begin, [...place, body, now]);
    // Another device began in the same moment.
    if (!draft) return { draft: null, refusal: staleVersion(expectedVersion, 1) };
    tellDevices(tx, actor, { threadId, ticketId: thread.ticketId }, draft.version, cause);
    return { draft, refusal: null };
  });
}

function tellDevices(
  tx: Tx,
  actor: Actor,
  about: { threadId: ThreadId; ticketId: TicketId },
  version: number,
  cause: Cause,
): void {
  const userId = personBehind(actor);
  const aggregateId = derivedId(about.threadId, `draft ${userId}`);
  emit(tx, DraftSaved, { aggregateId, sequence: version, data: { ...about, userId, version }, ...cause });
}
