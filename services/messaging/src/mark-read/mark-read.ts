import type { Actor } from '@carethread/contracts/actor.ts';
import { idSchema, type ThreadId } from '@carethread/contracts/ids.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { despiteDeadlock } from '../despite-deadlock.ts';
import { readForward } from '../marker.ts';
import { moveMarker, notFound } from '../move-marker.ts';
import { principalOf } from '../thread.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';

const inputSchema = z.object({ threadId: idSchema<'Thread'>(), upTo: z.int().min(0) });

/** Moves the actor's read marker forward. Answers the thread's id, also when the marker was there already. */
export async function markRead(
  database: Database,
  actor: Actor,
  input: unknown,
  at: { cause: Cause; now: Date },
): Promise<ThreadId | Refusal> {
  const checked = checkInput(inputSchema, input);
  if (checked instanceof Refusal) return checked;
  const { threadId, upTo } = checked;
  const where = { threadId, principalId: principalOf(actor), target: upTo };
  return despiteDeadlock(() =>
    database.asActor(actor, async (tx) => {
      const outcome = await moveMarker(
        tx,
        where,
        (marker, { lastNumber }) => readForward(marker, upTo, lastNumber, marker.privately),
        at,
      );
      return outcome === 'unknown' ? notFound('threadId') : threadId;
    }),
  );
}
