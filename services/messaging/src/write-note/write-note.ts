import type { Actor } from '@carethread/contracts/actor.ts';
import { idSchema, newId } from '@carethread/contracts/ids.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { hearersIn } from '../member-store.ts';
import { fitInto, mentionsSchema, misplaced } from '../mention.ts';
import { bodySchema } from '../message.ts';
import { decideNote, type Note } from '../note.ts';
import { noteBookOf, noteWrittenEarlier, saveNote } from '../note-store.ts';
import { principalOf } from '../thread.ts';
import { lockThread } from '../thread-store.ts';

const inputSchema = z
  .object({
    threadId: idSchema<'Thread'>(),
    clientId: idSchema<'Client'>(),
    body: bodySchema,
    mentions: mentionsSchema,
  })
  .refine(({ body, mentions }) => fitInto(body, mentions), misplaced);

/** Writes a note for the staff of a thread, or answers with what the same client id wrote before. */
export async function writeNote(
  database: Database,
  actor: Actor,
  input: unknown,
  { cause, now }: { cause: Cause; now: Date },
): Promise<Note | Refusal> {
  const draft = checkInput(inputSchema, input);
  if (draft instanceof Refusal) return draft;
  const { threadId, clientId } = draft;
  return database.asActor(actor, async (tx) => {
    const [thread, members, book, earlier] = await Promise.all([
      lockThread(tx, { threadId }),
      hearersIn(tx, threadId, now),
      noteBookOf(tx, threadId),
      noteWrittenEarlier(tx, actor.userId, clientId),
    ]);
    const author = { id: newId<'Note'>(), principalId: principalOf(actor), userId: actor.userId };
    const decision = decideNote({ thread, members, book, earlier }, draft, author, now);
    if (decision instanceof Refusal) return decision;
    const { kind, note } = decision;
    if (kind === 'new') saveNote(tx, note, { thread: thread!, members, cause });
    return note;
  });
}
