import { personBehind } from '@carethread/contracts/actor.ts';
import {
  DraftSaved,
  MessageDeleted,
  MessageEdited,
  MessagePosted,
  NoteWritten,
  ThreadPurged,
  ThreadRead,
} from '@carethread/contracts/events/messaging.ts';
import type { EventEnvelope } from '@carethread/contracts/define-event.ts';
import { from, type Feed } from '../feed.ts';
import type { LiveEvent } from '../live-event.ts';

const inboxTopic = (principalId: string) => `inboxEvents ${principalId}`;
/** What concerns a person alone, not the pharmacy they may act for. */
const ownTopic = (userId: string) => `inboxEvents of ${userId}`;

/**
 * What happens in one's threads. The event names the members at that moment, so only their inboxes are woken; whether
 * somebody is still a member is decided by messaging when the thread is read.
 */
export const inboxEvents: Feed = {
  field: 'inboxEvents',
  durable: false,
  limit: 256,
  checks: [{ type: 'InboxEvent', field: 'thread', probe: 'lastNumber' }],
  resync: () => ({ __typename: 'InboxEvent', kind: 'REFETCH', thread: null, message: null }),
  sources: [
    from(MessagePosted, (event) => aboutMessage('POSTED', event)),
    from(MessageEdited, (event) => aboutMessage('EDITED', event)),
    from(MessageDeleted, (event) => aboutMessage('DELETED', event)),
    from(ThreadPurged, ({ id, data, traceparent }) => ({
      id,
      topics: data.memberIds.map(inboxTopic),
      cursor: null,
      key: `purged ${data.threadId}`,
      value: { __typename: 'InboxEvent', kind: 'PURGED', thread: { id: data.threadId }, message: null },
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
    from(NoteWritten, ({ id, data, traceparent }) => ({
      id,
      topics: data.staffIds.map(inboxTopic),
      cursor: null,
      key: `noted ${data.threadId}`,
      value: { __typename: 'InboxEvent', kind: 'NOTED', thread: { id: data.threadId }, message: null },
      traceparent,
    })),
    from(DraftSaved, ({ id, data, traceparent }) => ({
      id,
      topics: [ownTopic(data.userId)],
      cursor: null,
      key: `draft ${data.threadId}`,
      value: { __typename: 'InboxEvent', kind: 'DRAFTED', thread: { id: data.threadId }, message: null },
      traceparent,
    })),
  ],
  // A pharmacist is a member as the pharmacy; everybody else as themselves.
  request: (_args, actor) => ({
    topics: [
      inboxTopic(actor.role === 'pharmacist' ? actor.organisationId : actor.userId),
      ownTopic(personBehind(actor)),
    ],
    after: null,
    open: async () => ({ kind: 'open', backlog: [] }),
  }),
};

interface AboutMessage {
  readonly threadId: string;
  readonly messageId: string;
  readonly memberIds: readonly string[];
}

const aboutMessage = (
  kind: string,
  { id, data: { threadId, messageId, memberIds }, traceparent }: EventEnvelope<AboutMessage>,
): LiveEvent => ({
  id,
  topics: memberIds.map(inboxTopic),
  cursor: null,
  key: `${kind} ${messageId}`,
  value: { __typename: 'InboxEvent', kind, thread: { id: threadId }, message: { id: messageId } },
  traceparent,
});
