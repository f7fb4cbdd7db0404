import { MessagePosted, ThreadRead } from '@carethread/contracts/events/messaging.ts';
import { from, type Feed } from '../feed.ts';

const inboxTopic = (principalId: string) => `inboxEvents ${principalId}`;

/**
 * What happens in one's threads. The event names the members at that moment, so only their inboxes are woken; whether
 * somebody is still a member is decided by messaging when the thread is read.
 */
export const inboxEvents: Feed = {
  field: 'inboxEvents',
  durable: false,
  limit: 256,
  check: { type: 'InboxEvent', field: 'thread', probe: 'lastNumber' },
  resync: () => ({ __typename: 'InboxEvent', kind: 'REFETCH', thread: null, message: null }),
  sources: [
    from(MessagePosted, ({ id, data, traceparent }) => ({
      id,
      topics: data.memberIds.map(inboxTopic),
      cursor: null,
      key: data.messageId,
      value: {
        __typename: 'InboxEvent',
        kind: 'POSTED',
        thread: { id: data.threadId },
        message: { id: data.messageId },
      },
      traceparent,
    })),
    from(ThreadRead, ({ id, data, traceparent }) => ({
      id,
      topics: [inboxTopic(data.memberId)],
      cursor: null,
      key: `read ${data.threadId}`,
      value: { __typename: 'InboxEvent', kind: 'READ', thread: { id: data.threadId }, message: null },
      traceparent,
    })),
  ],
  // A pharmacist is a member as the pharmacy; everybody else as themselves.
  request: (_args, { role, userId, organisationId }) => ({
    topics: [inboxTopic(role === 'pharmacist' ? organisationId : userId)],
    after: null,
    open: async () => ({ kind: 'open', backlog: [] }),
  }),
};
