import { MessagePosted } from '@carethread/contracts/events/messaging.ts';
import { idSchema } from '@carethread/contracts/ids.ts';
import { z } from 'zod';
import { from, type Feed } from '../feed.ts';
import type { LiveEvent } from '../live-event.ts';
import { maxBacklog, openDurable } from './durable.ts';

export const threadTopic = (threadId: string) => `messageEvents ${threadId}`;

const argsSchema = z.object({ threadId: idSchema<'Thread'>(), after: z.int().min(0).nullish() });

const mayRead = 'query LiveThread($id: ID!) { thread(id: $id) { lastNumber } }';
const missed = `query LiveMessageLog($id: ID!, $after: Int!, $first: Int!) {
  thread(id: $id) { messageLog(after: $after, first: $first) { number messageId } }
}`;

/** New messages of one thread. The cursor is the message's number within the thread. */
export const messageEvents: Feed = {
  field: 'messageEvents',
  durable: true,
  limit: 256,
  check: { type: 'MessageAdded', field: 'message', probe: 'number' },
  resync: (reason) => ({ __typename: 'ResyncRequired', reason }),
  sources: [
    from(MessagePosted, ({ id, data, traceparent }) =>
      message(id, data.threadId, data.number, data.messageId, traceparent),
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
            const thread = data['thread'] as { messageLog: { number: number; messageId: string }[] } | null;
            return thread?.messageLog.map(({ number, messageId }) =>
              message(messageId, threadId, number, messageId, null),
            );
          },
        }),
    };
  },
};

const message = (
  id: string,
  threadId: string,
  number: number,
  messageId: string,
  traceparent: string | null,
): LiveEvent => ({
  id,
  topics: [threadTopic(threadId)],
  cursor: number,
  key: String(number),
  value: { __typename: 'MessageAdded', cursor: number, message: { id: messageId }, thread: { id: threadId } },
  traceparent,
});
