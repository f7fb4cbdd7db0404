import { type Actor, personBehind } from '@carethread/contracts/actor.ts';
import { idSchema } from '@carethread/contracts/ids.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { hearersOf } from '../member-store.ts';
import { fitInto, mentionsSchema, misplaced } from '../mention.ts';
import { bodySchema, type Message } from '../message.ts';
import { decideEditing } from '../revision.ts';
import { lockMessage, saveEdit } from '../revision-store.ts';

const inputSchema = z
  .object({
    messageId: idSchema<'Message'>(),
    body: bodySchema,
    mentions: mentionsSchema,
    expectedVersion: z.int().min(1),
  })
  .refine(({ body, mentions }) => fitInto(body, mentions), misplaced);

export interface EditOutcome {
  /** What the message says now: also where somebody else changed it before. */
  readonly current: Message | null;
  readonly refusal: Refusal | null;
}

/** Changes the text of a message the actor wrote, inside the window for that. */
export async function editMessage(
  database: Database,
  actor: Actor,
  input: unknown,
  { cause, now, windowMs }: { cause: Cause; now: Date; windowMs: number },
): Promise<EditOutcome> {
  const edit = checkInput(inputSchema, input);
  if (edit instanceof Refusal) return { current: null, refusal: edit };
  return database.asActor(actor, async (tx) => {
    const [found, hearers] = await Promise.all([
      lockMessage(tx, edit.messageId, personBehind(actor)),
      hearersOf(tx, edit.messageId, now),
    ]);
    const decision = decideEditing(found, edit, personBehind(actor), { now, windowMs });
    if (decision instanceof Refusal) return { current: found.thread && found.message, refusal: decision };
    const { kind, thread, message } = decision;
    if (kind === 'edited')
      saveEdit(tx, thread, { before: found.message!, edited: message }, { cause, hearers });
    return { current: message, refusal: null };
  });
}
