import type { Actor } from '@carethread/contracts/actor.ts';
import { idSchema, type ThreadId } from '@carethread/contracts/ids.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { notFound } from '../move-marker.ts';
import { principalOf } from '../thread.ts';

const muteSchema = z.object({ threadId: idSchema<'Thread'>(), until: z.date().nullish().default(null) });
const unmuteSchema = z.object({ threadId: idSchema<'Thread'>() });
const set = `UPDATE member SET muted = $3, muted_until = $4
  WHERE thread_id = $1 AND principal_id = $2 AND left_at IS NULL RETURNING thread_id`;

/** Keeps new messages of a thread from being announced to the actor: until a time, or until they say otherwise. */
export async function muteThread(
  database: Database,
  actor: Actor,
  input: unknown,
  now: Date,
): Promise<ThreadId | Refusal> {
  const checked = checkInput(muteSchema, input);
  if (checked instanceof Refusal) return checked;
  const { threadId, until } = checked;
  if (until && until <= now)
    return refuse('INVALID', 'until: must lie in the future', { path: ['input', 'until'] });
  return keep(database, actor, threadId, { muted: true, until });
}

/** Has new messages announced again. */
export async function unmuteThread(
  database: Database,
  actor: Actor,
  input: unknown,
): Promise<ThreadId | Refusal> {
  const checked = checkInput(unmuteSchema, input);
  if (checked instanceof Refusal) return checked;
  return keep(database, actor, checked.threadId, { muted: false, until: null });
}

const keep = (
  database: Database,
  actor: Actor,
  threadId: ThreadId,
  { muted, until }: { muted: boolean; until: Date | null },
): Promise<ThreadId | Refusal> =>
  database.asActor(actor, async (tx) => {
    const found = await tx.query(set, [threadId, principalOf(actor), muted, until]);
    return found.length === 0 ? notFound('threadId') : threadId;
  });
