import { eventFrom, insertEventFrom } from '@carethread/bus/outbox.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { ThreadDelivered } from '@carethread/contracts/events/messaging.ts';
import { idSchema, type PrincipalId, type ThreadId } from '@carethread/contracts/ids.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { notFound } from '../move-marker.ts';
import { principalOf } from '../thread.ts';
import { lockingThread } from '../thread-store.ts';

const receiptSchema = z.object({ threadId: idSchema<'Thread'>(), upTo: z.int().min(0) });
const receiptsSchema = z.object({
  receipts: z
    .array(receiptSchema)
    .min(1)
    .max(50)
    .refine(
      (receipts) => new Set(receipts.map(({ threadId }) => threadId)).size === receipts.length,
      'must name each thread once',
    ),
});
type Receipt = z.infer<typeof receiptSchema>;

interface Noted {
  readonly cause: Cause;
  readonly now: Date;
}

const deliver = `WITH place AS (
    SELECT thread.*, least($3, last_number) AS up_to FROM thread
    JOIN member ON member.thread_id = thread.id AND principal_id = $2 AND left_at IS NULL
    WHERE thread.id = $1 AND delivered_up_to < least($3, last_number)
  ), moved AS (
    UPDATE member SET delivered_up_to = place.up_to FROM place WHERE thread_id = place.id AND principal_id = $2
  ), advanced AS (
    UPDATE thread SET version = place.version + 1, last_change = place.last_change + 1
    FROM place WHERE thread.id = place.id
  ), changed AS (
    INSERT INTO thread_change (thread_id, number, kind, member_id, up_to, changed_at)
    SELECT id, last_change + 1, 'delivered', $2, up_to, $4 FROM place
  ), told AS (${insertEventFrom(5, {
    from: 'place',
    aggregate: 'id',
    sequence: 'version + 1',
    payload: `jsonb_build_object('ticketId', ticket_id, 'upTo', up_to, 'change', last_change + 1)`,
  })})
  SELECT EXISTS (SELECT FROM place) AS moved FROM member
  WHERE thread_id = $1 AND principal_id = $2 AND left_at IS NULL`;

/** What notes one receipt: the thread's lock, and then the rest as a statement of its own. */
function statementsOf({ threadId, upTo }: Receipt, memberId: PrincipalId, { cause, now }: Noted) {
  const event = eventFrom(ThreadDelivered, { threadId, memberId }, cause);
  return [lockingThread(threadId), { text: deliver, values: [threadId, memberId, upTo, now, ...event] }];
}

/** Notes receipts in one round trip. Answers those of the threads that are the actor's to see. */
async function note(
  database: Database,
  actor: Actor,
  receipts: readonly Receipt[],
  noted: Noted,
): Promise<ThreadId[]> {
  const memberId = principalOf(actor);
  const answers = await database.asActorAtOnce<{ moved: boolean }>(
    actor,
    receipts.flatMap((receipt) => statementsOf(receipt, memberId, noted)),
    (rows) => rows.some((answer) => answer.some(({ moved }) => moved)),
  );
  // Each lock and its answer, which is empty where there is no such member.
  return receipts.flatMap(({ threadId }, at) => (answers[2 * at + 1]!.length > 0 ? [threadId] : []));
}

/**
 * Notes up to where a device of the actor has received a thread; never goes backwards. Answers the thread's id. One
 * round trip: every device says this after every message, or after some of them.
 */
export async function markDelivered(
  database: Database,
  actor: Actor,
  input: unknown,
  noted: Noted,
): Promise<ThreadId | Refusal> {
  const checked = checkInput(receiptSchema, input);
  if (checked instanceof Refusal) return checked;
  const [threadId] = await note(database, actor, [checked], noted);
  return threadId ?? notFound('threadId');
}

/**
 * The same for several threads, in one transaction and still one round trip. Answers the ids of those that are the
 * actor's to see; the others are left out.
 */
export async function markAllDelivered(
  database: Database,
  actor: Actor,
  input: unknown,
  noted: Noted,
): Promise<ThreadId[] | Refusal> {
  const checked = checkInput(receiptsSchema, input);
  if (checked instanceof Refusal) return checked;
  // In one order for everybody, or two devices with the same threads wait for each other.
  const inOrder = checked.receipts.toSorted((one, other) => (one.threadId < other.threadId ? -1 : 1));
  return note(database, actor, inOrder, noted);
}
