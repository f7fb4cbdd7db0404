import {
  MessageDeleted,
  MessageEdited,
  MessagePosted,
  ThreadDelivered,
  ThreadPurged,
  ThreadRead,
} from '@carethread/contracts/events/messaging.ts';
import { idSchema } from '@carethread/contracts/ids.ts';
import { z } from 'zod';
import { from, type Feed } from '../feed.ts';
import type { LiveEvent } from '../live-event.ts';
import { maxBacklog, openDurable } from './durable.ts';
import { changedLive, type ThreadChange } from './thread-change.ts';

export const threadTopic = (threadId: string) => `messageEvents ${threadId}`;

const argsSchema = z.object({ threadId: idSchema<'Thread'>(), after: z.int().min(0).nullish() });

const mayRead = 'query LiveThread($id: ID!) { thread(id: $id) { lastNumber } }';
const missed = `query LiveThreadChanges($id: ID!, $after: Int!, $first: Int!) {
  thread(id: $id) { changesSince(after: $after, first: $first) { resync changes { cursor kind messageId memberId upTo } } }
}`;

/** What happens in one thread. The cursor is the number of the change, which messaging gives and every member shares. */
export const messageEvents: Feed = {
  field: 'messageEvents',
  durable: true,
  limit: 256,
  checks: [
    { type: 'MessageAdded', field: 'message', probe: 'number' },
    { type: 'MessageEdited', field: 'message', probe: 'number' },
    { type: 'MessageDeleted', field: 'message', probe: 'number' },
    { type: 'ReceiptMoved', field: 'thread', probe: 'lastNumber' },
    { type: 'MessagesPurged', field: 'thread', probe: 'lastNumber' },
  ],
  resync: (reason) => ({ __typename: 'ResyncRequired', reason }),
  sources: [
    // Before changes had numbers, messages were all that changed: theirs are the same.
    from(MessagePosted, ({ id, data: { threadId, messageId, number, change = number }, traceparent }) =>
      live(id, threadId, { cursor: change, kind: 'ADDED', messageId }, traceparent),
    ),
    from(MessageEdited, ({ id, data: { threadId, messageId, change }, traceparent }) =>
      live(id, threadId, { cursor: change, kind: 'EDITED', messageId }, traceparent),
    ),
    from(MessageDeleted, ({ id, data: { threadId, messageId, change }, traceparent }) =>
      live(id, threadId, { cursor: change, kind: 'DELETED', messageId }, traceparent),
    ),
    from(ThreadDelivered, ({ id, data: { threadId, memberId, upTo, change }, traceparent }) =>
      live(id, threadId, { cursor: change, kind: 'DELIVERED', memberId, upTo }, traceparent),
    ),
    from(ThreadPurged, ({ id, data: { threadId, upTo, change }, traceparent }) =>
      live(id, threadId, { cursor: change, kind: 'PURGED', upTo }, traceparent),
    ),
    from(ThreadRead, ({ id, data: { threadId, memberId, upTo, change }, traceparent }) =>
      live(
        id,
        threadId,
        change === undefined ? null : { cursor: change, kind: 'READ', memberId, upTo },
        traceparent,
      ),
    ),
  ],
  request(args) {
    const parsed = argsSchema.safeParse(args);
    if (!parsed.success) return null;
    const { threadId, after } = parsed.data;
    return {
      topics: [threadTopic(threadId)],
      after: after ?? null,
      open: (ask) =>
        openDurable(after, {
          mayRead: async () => Boolean((await ask(mayRead, { id: threadId }))['thread']),
          async missedSince(cursor) {
            const data = await ask(missed, { id: threadId, after: cursor, first: maxBacklog + 1 });
            const since = (data['thread'] as AnsweredThread | null)?.changesSince;
            if (!since) return undefined;
            if (since.resync) return 'too_old';
            return since.changes.map((change) =>
              live(`${threadId}:${change.cursor}`, threadId, change, null),
            );
          },
        }),
    };
  },
};

interface AnsweredThread {
  readonly changesSince: { readonly resync: boolean; readonly changes: readonly ThreadChange[] };
}

/** A change as a live event; null: nothing that others are told of. */
const live = (
  id: string,
  threadId: string,
  change: ThreadChange | null,
  traceparent: string | null,
): LiveEvent => ({
  id,
  topics: change ? [threadTopic(threadId)] : [],
  cursor: change?.cursor ?? null,
  key: String(change?.cursor),
  value: change ? changedLive(threadId, change) : { __typename: 'ReceiptMoved' },
  traceparent,
});
