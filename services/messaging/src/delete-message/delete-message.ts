import { type Actor, personBehind } from '@carethread/contracts/actor.ts';
import { idSchema, type MessageId } from '@carethread/contracts/ids.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { despiteDeadlock } from '../despite-deadlock.ts';
import { decideDeleting } from '../revision.ts';
import { lockMessage, saveDeletion } from '../revision-store.ts';

const inputSchema = z.object({ messageId: idSchema<'Message'>() });

/** Deletes a message the actor wrote. Answers its id, also when it was deleted before. */
export async function deleteMessage(
  database: Database,
  actor: Actor,
  input: unknown,
  { cause, now }: { cause: Cause; now: Date },
): Promise<MessageId | Refusal> {
  const checked = checkInput(inputSchema, input);
  if (checked instanceof Refusal) return checked;
  return despiteDeadlock(() =>
    database.asActor(actor, async (tx) => {
      const decision = decideDeleting(
        await lockMessage(tx, checked.messageId, personBehind(actor)),
        personBehind(actor),
      );
      if (decision instanceof Refusal) return decision;
      const { kind, thread, message } = decision;
      if (kind === 'deleted') saveDeletion(tx, thread, message, { by: 'author', at: now, cause });
      return message.id;
    }),
  );
}
