import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import {
  MessageDeleted,
  MessageEdited,
  ThreadDelivered,
  ThreadPurged,
  ThreadRead,
} from '@carethread/contracts/events/messaging.ts';
import type { TestThread } from './fixtures/care-world.ts';
import { anActor } from './fixtures/identity-provider.ts';
import {
  type LivePlatform,
  messageEvents,
  startLivePlatform,
  ticketEvents,
} from './fixtures/live-platform.ts';
import { until } from './fixtures/until.ts';

describe('resuming a live stream', () => {
  let platform: LivePlatform;
  let actor: Actor;
  let thread: TestThread;
  beforeAll(async () => {
    platform = await startLivePlatform();
  });
  afterAll(() => platform.stop());
  beforeEach(() => {
    actor = anActor();
    thread = platform.world.openThread(actor.userId);
  });
  afterEach(() => platform.disconnectAll());

  const posts = async (count: number) => {
    for (let post = 0; post < count; post += 1)
      await platform.post(thread, actor.userId, `message ${thread.messages.length + 1}`);
  };
  const open = (after?: number | null) =>
    platform.connect(actor).subscribe(messageEvents, { id: thread.id, after });
  /** A stream that has delivered its first message, number 1, and so is past its beginning. */
  const openAndHear = async () => {
    const stream = open(0);
    await posts(1);
    expect((await event(stream))?.cursor).toBe(1);
    return stream;
  };
  const event = async (stream: ReturnType<typeof open>) => (await stream.next()).data?.['messageEvents'];

  it('begins with the next event when there is no cursor', async () => {
    await posts(3);
    const stream = open(null);
    await platform.subscriptions(1);
    await posts(1);
    expect(await event(stream)).toEqual({
      __typename: 'MessageAdded',
      cursor: 4,
      message: { text: 'message 4', author: { name: 'somebody' } },
    });
  });

  it('gives what was missed and what is posted meanwhile, once each and in order', async () => {
    await posts(20);
    const stream = open(5);
    await posts(20);
    const cursors = [];
    for (let count = 0; count < 35; count += 1) cursors.push((await event(stream))?.cursor);
    expect(cursors).toEqual(Array.from({ length: 35 }, (_, index) => index + 6));
    expect(stream.waiting).toBe(0);
  });

  it('carries edits, deletes, receipts and purges under the same cursor, missed or live', async () => {
    const everything = `subscription($id: ID!, $after: Int) { messageEvents(threadId: $id, after: $after) {
      __typename
      ... on MessageAdded { cursor message { text } }
      ... on MessageEdited { cursor message { text } }
      ... on MessageDeleted { cursor message { number } thread { lastNumber } }
      ... on ReceiptMoved { cursor memberId upTo status }
      ... on MessagesPurged { cursor upTo } } }`;
    const { world, bus } = platform;
    const message = await platform.post(thread, actor.userId, 'hello');
    const { id: threadId, ticketId } = thread;
    const about = { threadId, ticketId, memberIds: [actor.userId] };
    const ofMessage = { ...about, messageId: message.id, number: 1 };
    const memberId = actor.userId;
    const receipt = { threadId, ticketId, memberId, upTo: 1 };
    const happen = async () => {
      const next = (change: Parameters<typeof world.change>[1]) => {
        const cursor = world.change(thread, change);
        return { change: cursor, at: { aggregateId: threadId, sequence: cursor } };
      };
      const edited = next({ kind: 'EDITED', messageId: message.id });
      const data = { ...ofMessage, version: 2, change: edited.change, notifyIds: [] };
      await bus.publish(MessageEdited, { ...edited.at, data });
      const read = next({ kind: 'READ', memberId, upTo: 1 });
      await bus.publish(ThreadRead, { ...read.at, data: { ...receipt, unread: 0, change: read.change } });
      // Read privately: nobody else hears of it, and no number is missing.
      await bus.publish(ThreadRead, { ...read.at, data: { ...receipt, unread: 0 } });
      const delivered = next({ kind: 'DELIVERED', memberId, upTo: 1 });
      await bus.publish(ThreadDelivered, { ...delivered.at, data: { ...receipt, change: delivered.change } });
      const deleted = next({ kind: 'DELETED', messageId: message.id });
      const deletion = { ...ofMessage, by: 'author' as const, change: deleted.change };
      await bus.publish(MessageDeleted, { ...deleted.at, data: deletion });
      const purged = next({ kind: 'PURGED', upTo: 1 });
      await bus.publish(ThreadPurged, { ...purged.at, data: { ...about, upTo: 1, change: purged.change } });
    };
    const told = (first: number) => [
      { __typename: 'MessageEdited', cursor: first, message: { text: 'hello' } },
      { __typename: 'ReceiptMoved', cursor: first + 1, memberId, upTo: 1, status: 'READ' },
      { __typename: 'ReceiptMoved', cursor: first + 2, memberId, upTo: 1, status: 'DELIVERED' },
      { __typename: 'MessageDeleted', cursor: first + 3, message: { number: 1 }, thread: { lastNumber: 1 } },
      { __typename: 'MessagesPurged', cursor: first + 4, upTo: 1 },
    ];
    await happen();
    const stream = platform.connect(actor).subscribe(everything, { id: threadId, after: 1 });
    await happen();
    const seen = [];
    for (let count = 0; count < 10; count += 1) seen.push(await event(stream));
    expect(seen).toEqual([...told(2), ...told(7)]);
  });

  it('says so when the owner does not keep what was missed', async () => {
    await posts(3);
    thread.changesFrom = 2;
    expect(await event(open(1))).toEqual({ __typename: 'ResyncRequired', reason: 'CURSOR_TOO_OLD' });
    expect((await event(open(2)))?.cursor).toBe(3);
  });

  it('does the same for the timeline of a ticket', async () => {
    const ticket = platform.world.openTicket(actor.userId);
    for (let count = 0; count < 4; count += 1) await platform.move(ticket);
    const stream = platform.connect(actor).subscribe(ticketEvents, { id: ticket.id, after: 2 });
    await platform.move(ticket);
    const cursors = [];
    for (let count = 0; count < 4; count += 1)
      cursors.push((await stream.next()).data?.['ticketEvents']?.cursor);
    expect(cursors).toEqual([3, 4, 5, 6]);
  });

  it('sends whoever missed more than a hundred to read anew', async () => {
    for (let count = 0; count < 101; count += 1) platform.world.post(thread, actor.userId, 'old');
    const stream = open(0);
    expect(await event(stream)).toEqual({ __typename: 'ResyncRequired', reason: 'CURSOR_TOO_OLD' });
    await stream.ended;
    const recent = open(1);
    expect((await event(recent))?.cursor).toBe(2);
  });

  it('notices that a number is missing', async () => {
    const stream = await openAndHear();
    platform.world.post(thread, actor.userId, 'its event is lost');
    await posts(1);
    expect(await event(stream)).toEqual({ __typename: 'ResyncRequired', reason: 'SEQUENCE_GAP' });
    await stream.ended;
  });

  it('ignores an event that comes a second time', async () => {
    const stream = await openAndHear();
    thread.messages.pop();
    thread.changes.pop();
    await posts(2);
    expect([(await event(stream))?.cursor, stream.waiting]).toEqual([2, 0]);
  });

  it('tells of a broken line to the broker, after which the cursor finds everything', async () => {
    const stream = await openAndHear();
    platform.bus.line.cut();
    await posts(2);
    platform.bus.line.mend();
    expect(await event(stream)).toEqual({ __typename: 'ResyncRequired', reason: 'BROKER_GAP' });
    await stream.ended;
    const resumed = open(1);
    expect([(await event(resumed))?.cursor, (await event(resumed))?.cursor]).toEqual([2, 3]);
  });

  it('waits for a service that restarts', async () => {
    const stream = await openAndHear();
    await platform.services.messaging.stop();
    await posts(1);
    await platform.services.messaging.start();
    expect((await event(stream))?.cursor).toBe(2);
  });

  it('gives up on a service that stays away, without losing the event', async () => {
    const stream = await openAndHear();
    await platform.services.messaging.stop();
    await posts(1);
    expect(await event(stream)).toEqual({ __typename: 'ResyncRequired', reason: 'UNAVAILABLE' });
    const refused = await open(1).next();
    expect(refused).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
    await platform.services.messaging.start();
    let cursor: number | undefined;
    const resume = async () => {
      const client = platform.connect(actor);
      cursor = (await event(client.subscribe(messageEvents, { id: thread.id, after: 1 })))?.cursor;
      // One person has only so many sockets.
      client.stop();
      return cursor !== undefined;
    };
    await until(resume, 'messaging answers again');
    expect(cursor).toBe(2);
  });

  it('delivers with a part missing when it is another service that is away', async () => {
    const stream = await openAndHear();
    await platform.services.identity.stop();
    await posts(1);
    expect(await stream.next()).toMatchObject({
      data: { messageEvents: { cursor: 2, message: { text: 'message 2', author: { name: null } } } },
      errors: [
        {
          message: 'This part of the data is not available just now.',
          extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
        },
      ],
    });
    await platform.services.identity.start();
  });
});
