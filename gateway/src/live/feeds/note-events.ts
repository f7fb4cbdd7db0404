import type { EventEnvelope } from '@carethread/contracts/define-event.ts';
import { NoteDeleted, NoteWritten } from '@carethread/contracts/events/messaging.ts';
import { idSchema } from '@carethread/contracts/ids.ts';
import { z } from 'zod';
import { from, type Feed } from '../feed.ts';
import type { LiveEvent } from '../live-event.ts';
import { maxBacklog, openDurable } from './durable.ts';

export const notesTopic = (threadId: string) => `noteEvents ${threadId}`;

const argsSchema = z.object({ threadId: idSchema<'Thread'>(), after: z.int().min(0).nullish() });

const mayRead = 'query LiveNotes($id: ID!) { thread(id: $id) { lastNoteChange } }';
const missed = `query LiveNoteLog($id: ID!, $after: Int!, $first: Int!) {
  thread(id: $id) { lastNoteChange noteLog(after: $after, first: $first) { cursor noteId } }
}`;

interface AnsweredThread {
  readonly lastNoteChange: number | null;
  readonly noteLog?: readonly { readonly cursor: number; readonly noteId: string }[];
}
const isStaff = (thread: AnsweredThread | null | undefined) => typeof thread?.lastNoteChange === 'number';

/** Notes among the staff of one thread. A stream of its own, with numbers of its own, so that none of it can show in the other. */
export const noteEvents: Feed = {
  field: 'noteEvents',
  durable: true,
  limit: 256,
  checks: [{ type: 'NoteChanged', field: 'note', probe: 'number' }],
  resync: (reason) => ({ __typename: 'ResyncRequired', reason }),
  sources: [from(NoteWritten, noteOf), from(NoteDeleted, noteOf)],
  request(args) {
    const parsed = argsSchema.safeParse(args);
    if (!parsed.success) return null;
    const { threadId, after } = parsed.data;
    return {
      topics: [notesTopic(threadId)],
      after: after ?? null,
      open: (ask) =>
        openDurable(after, {
          mayRead: async () =>
            isStaff((await ask(mayRead, { id: threadId }))['thread'] as AnsweredThread | undefined),
          async missedSince(cursor) {
            const data = await ask(missed, { id: threadId, after: cursor, first: maxBacklog + 1 });
            const thread = data['thread'] as AnsweredThread | null;
            if (!isStaff(thread)) return undefined;
            return thread?.noteLog?.map((entry) =>
              note(`${threadId}:${entry.cursor}`, threadId, entry.cursor, entry.noteId, null),
            );
          },
        }),
    };
  },
};

function noteOf({
  id,
  data,
  traceparent,
}: EventEnvelope<{ threadId: string; change: number; noteId: string }>): LiveEvent {
  return note(id, data.threadId, data.change, data.noteId, traceparent);
}

const note = (
  id: string,
  threadId: string,
  change: number,
  noteId: string,
  traceparent: string | null,
): LiveEvent => ({
  id,
  topics: [notesTopic(threadId)],
  cursor: change,
  key: String(change),
  value: { __typename: 'NoteChanged', cursor: change, note: { id: noteId }, thread: { id: threadId } },
  traceparent,
});
