import { eventFrom, insertEventFrom } from '@carethread/bus/outbox.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { ThreadDelivered } from '@carethread/contracts/events/messaging.ts';
import { idSchema, type ThreadId } from '@carethread/contracts/ids.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { notFound } from '../move-marker.ts';
import { principalOf } from '../thread.ts';
import { lockingThread } from '../thread-store.ts';

const inputSchema = z.object({ threadId: idSchema<'Thread'>(), upTo: z.int().min(0) });

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

/**
 * Notes up to where a device of the actor has received a thread; never goes backwards. Answers the thread's id. One
 * round trip: every device says this after every message, or after some of them.
 */
export async function markDelivered(
  database: Database,
  actor: Actor,
  input: unknown,
  { cause, now }: { cause: Cause; now: Date },
): Promise<ThreadId | Refusal> {
  const checked = checkInput(inputSchema, input);
  if (checked instanceof Refusal) return checked;
  const { threadId, upTo } = checked;
  const memberId = principalOf(actor);
  const event = eventFrom(ThreadDelivered, { threadId, memberId }, cause);
  const statements = [
    lockingThread(threadId),
    { text: deliver, values: [threadId, memberId, upTo, now, ...event] },
  ];
  const [, members] = await database.asActorAtOnce<{ moved: boolean }>(actor, statements, ([, rows]) =>
    rows!.some(({ moved }) => moved),
  );
  return members!.length === 0 ? notFound('threadId') : threadId;
}
