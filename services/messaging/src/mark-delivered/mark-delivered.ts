import type { Actor } from '@carethread/contracts/actor.ts';
import { idSchema, type ThreadId } from '@carethread/contracts/ids.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { notFound } from '../move-marker.ts';
import { principalOf } from '../thread.ts';

const inputSchema = z.object({ threadId: idSchema<'Thread'>(), upTo: z.int().min(0) });

// Counters and numbers do not depend on it, so neither the thread's lock nor an event is needed.
const deliver = `UPDATE member SET delivered_up_to = greatest(delivered_up_to, least($3, thread.last_number))
  FROM thread WHERE thread.id = member.thread_id AND member.thread_id = $1 AND principal_id = $2 AND left_at IS NULL
  RETURNING member.thread_id`;

/** Notes up to where a device of the actor has received a thread; never goes backwards. Answers the thread's id. */
export async function markDelivered(
  database: Database,
  actor: Actor,
  input: unknown,
): Promise<ThreadId | Refusal> {
  const checked = checkInput(inputSchema, input);
  if (checked instanceof Refusal) return checked;
  const { threadId, upTo } = checked;
  return database.asActor(actor, async (tx) => {
    const marked = await tx.query(deliver, [threadId, principalOf(actor), upTo]);
    return marked.length === 0 ? notFound('threadId') : threadId;
  });
}
