import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
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
    const resume = async () => (cursor = (await event(open(1)))?.cursor) !== undefined;
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
