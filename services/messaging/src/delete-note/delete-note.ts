import type { Actor } from '@carethread/contracts/actor.ts';
import { idSchema } from '@carethread/contracts/ids.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { hearersIn } from '../member-store.ts';
import { decideNoteDeletion, type Note } from '../note.ts';
import { noteBookOf, noteById, saveNoteDeletion } from '../note-store.ts';
import { lockThread } from '../thread-store.ts';

const inputSchema = z.object({ noteId: idSchema<'Note'>() });

/** Deletes a note the actor wrote. Answers what is left of it. */
export async function deleteNote(
  database: Database,
  actor: Actor,
  input: unknown,
  { cause, now }: { cause: Cause; now: Date },
): Promise<Note | Refusal> {
  const checked = checkInput(inputSchema, input);
  if (checked instanceof Refusal) return checked;
  return database.asActor(actor, async (tx) => {
    const seen = await noteById(tx, checked.noteId);
    if (!seen) return decideNoteDeletion(null, actor.userId, { lastNumber: 0, version: 0 }, now) as Refusal;
    const { threadId } = seen;
    const [thread, members, book, note] = await Promise.all([
      lockThread(tx, { threadId }),
      hearersIn(tx, threadId, now),
      noteBookOf(tx, threadId),
      noteById(tx, checked.noteId),
    ]);
    const decision = decideNoteDeletion(thread && note, actor.userId, book, now);
    if (decision instanceof Refusal) return decision;
    if (decision) saveNoteDeletion(tx, decision, { thread: thread!, members, cause });
    return decision ?? note!;
  });
}
