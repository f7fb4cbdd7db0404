import type { Actor } from '@carethread/contracts/actor.ts';
import { idSchema, type ThreadId } from '@carethread/contracts/ids.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { despiteDeadlock } from '../despite-deadlock.ts';
import { readBack } from '../marker.ts';
import { messageById } from '../message-store.ts';
import { moveMarker, notFound } from '../move-marker.ts';
import { principalOf } from '../thread.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';

const inputSchema = z.object({ messageId: idSchema<'Message'>() });

/** Sets the actor's read marker back to just before a message. Answers the thread's id. */
export async function markUnread(
  database: Database,
  actor: Actor,
  input: unknown,
  at: { cause: Cause; now: Date },
): Promise<ThreadId | Refusal> {
  const checked = checkInput(inputSchema, input);
  if (checked instanceof Refusal) return checked;
  return despiteDeadlock(() =>
    database.asActor(actor, async (tx) => {
      const message = await messageById(tx, checked.messageId);
      if (!message) return notFound('messageId');
      const { threadId, number } = message;
      const where = { threadId, principalId: principalOf(actor), target: number - 1 };
      const outcome = await moveMarker(tx, where, (marker) => readBack(marker, number), at);
      return outcome === 'unknown' ? notFound('messageId') : threadId;
    }),
  );
}
