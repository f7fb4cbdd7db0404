import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import {
  DelegationEnded,
  EmergencyAccessEnded,
  MembershipEnded,
  SessionRevoked,
} from '@carethread/contracts/events/identity.ts';
import { MemberLeft } from '@carethread/contracts/events/messaging.ts';
import { TicketPharmacyChanged } from '@carethread/contracts/events/tickets.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { allFeeds } from '../src/live/feeds/all-feeds.ts';
import type { TestThread } from './fixtures/care-world.ts';
import type { LiveStream } from './fixtures/live-client.ts';
import { anActor } from './fixtures/identity-provider.ts';
import {
  type LivePlatform,
  messageEvents,
  startLivePlatform,
  ticketEvents,
} from './fixtures/live-platform.ts';

const notFound = { errors: [{ extensions: { code: 'NOT_FOUND' } }] };

describe('who hears what', () => {
  let platform: LivePlatform;
  let insider: Actor;
  let outsider: Actor;
  let thread: TestThread;
  beforeAll(async () => {
    platform = await startLivePlatform();
  });
  afterAll(() => platform.stop());
  beforeEach(() => {
    [insider, outsider] = [anActor(), anActor()];
    thread = platform.world.openThread(insider.userId);
  });
  afterEach(() => platform.disconnectAll());

  const listen = (actor: Actor, query = messageEvents, id: string = thread.id) =>
    platform.connect(actor).subscribe(query, { id });

  /** Streams that have heard a first event, number `cursor`, and so are past their beginning. */
  const hearing = async (streams: LiveStream[], tell: () => Promise<unknown>) => {
    await platform.subscriptions(streams.length);
    await tell();
    await Promise.all(streams.map((stream) => stream.next()));
  };

  it('tells an outsider the same as for what does not exist', async () => {
    const ticket = platform.world.openTicket(insider.userId);
    for (const [query, id] of [
      [messageEvents, thread.id],
      [messageEvents, newId()],
      [messageEvents, 'no uuid'],
      [ticketEvents, ticket.id],
    ] as const)
      expect(await listen(outsider, query, id).next()).toMatchObject(notFound);
    await platform.subscriptions(0);
  });

  it('ends the stream of a member who left', async () => {
    thread.members.add(outsider.userId);
    const [staying, leaving] = [listen(insider), listen(outsider)];
    await hearing([staying, leaving], () => platform.post(thread, insider.userId, 'hello'));
    thread.members.delete(outsider.userId);
    await platform.bus.publish(MemberLeft, {
      aggregateId: thread.id,
      sequence: 1,
      data: { threadId: thread.id, ticketId: thread.ticketId, memberId: outsider.userId },
    });
    expect(await leaving.next()).toMatchObject({ data: { messageEvents: { reason: 'ACCESS_ENDED' } } });
    await leaving.ended;
    await platform.post(thread, insider.userId, 'among ourselves');
    expect(await staying.next()).toMatchObject({ data: { messageEvents: { cursor: 2 } } });
  });

  it('withholds from somebody who lost access without an event saying so', async () => {
    thread.members.add(outsider.userId);
    const [staying, leaving] = [listen(insider), listen(outsider)];
    await hearing([staying, leaving], () => platform.post(thread, insider.userId, 'hello'));
    thread.members.delete(outsider.userId);
    await platform.withholding(1, () => platform.post(thread, insider.userId, 'secret'));
    expect(await staying.next()).toMatchObject({ data: { messageEvents: { cursor: 2 } } });
    thread.members.add(outsider.userId);
    await platform.post(thread, insider.userId, 'welcome back');
    expect(await leaving.next()).toMatchObject({ data: { messageEvents: { cursor: 3 } } });
  });

  it('ends the streams of a pharmacy that was replaced, and has its dashboard read anew', async () => {
    const pharmacist = anActor({ role: 'pharmacist' });
    const ticket = platform.world.openTicket(insider.userId, pharmacist.organisationId);
    const [patient, pharmacy] = [
      listen(insider, ticketEvents, ticket.id),
      listen(pharmacist, ticketEvents, ticket.id),
    ];
    const dashboard = platform
      .connect(pharmacist)
      .subscribe('subscription { pharmacyTicketEvents { kind ticket { id } } }');
    await hearing([patient, pharmacy, dashboard], () => platform.move(ticket, pharmacist.organisationId));
    ticket.readers.delete(pharmacist.organisationId);
    ticket.length += 1;
    await platform.bus.publish(TicketPharmacyChanged, {
      aggregateId: ticket.id,
      sequence: ticket.length,
      data: { ticketId: ticket.id, version: 2, from: pharmacist.organisationId, to: newId<'Organisation'>() },
    });
    expect(await pharmacy.next()).toMatchObject({ data: { ticketEvents: { reason: 'ACCESS_ENDED' } } });
    await pharmacy.ended;
    expect(await dashboard.next()).toEqual({
      data: { pharmacyTicketEvents: { kind: 'REFETCH', ticket: null } },
    });
    expect(await patient.next()).toMatchObject({ data: { ticketEvents: { cursor: 3 } } });
  });

  it.each([
    [
      'session',
      (actor: Actor) =>
        platform.bus.publish(SessionRevoked, { aggregateId: actor.sessionId, sequence: 1, data: actor }),
    ],
    [
      'membership',
      (actor: Actor) =>
        platform.bus.publish(MembershipEnded, { aggregateId: actor.membershipId, sequence: 1, data: actor }),
    ],
    [
      'delegation',
      ({ delegationId = newId<'Delegation'>(), userId, proxyId = newId<'User'>() }: Actor) =>
        platform.bus.publish(DelegationEnded, {
          aggregateId: delegationId,
          sequence: 1,
          data: { delegationId, patientId: userId, delegateId: proxyId },
        }),
    ],
    [
      'emergency access',
      ({ emergencyId = newId<'EmergencyAccess'>(), userId }: Actor) =>
        platform.bus.publish(EmergencyAccessEnded, {
          aggregateId: emergencyId,
          sequence: 1,
          data: { accessId: emergencyId, patientId: newId(), holderId: userId },
        }),
    ],
  ])('closes the connections of a %s that ended, and refuses its token from then on', async (_, end) => {
    const leaving: Actor = {
      ...insider,
      proxyId: newId(),
      proxyScopes: ['read'],
      delegationId: newId(),
      emergencyId: newId(),
    };
    const client = platform.connect(leaving);
    client.subscribe(messageEvents, { id: thread.id });
    await platform.subscriptions(1);
    const other = listen(anActor(), 'subscription { inboxEvents { kind } }');
    await platform.subscriptions(2);
    await end(leaving);
    expect(await client.closed).toMatchObject({ code: 4403 });
    await platform.subscriptions(1);
    expect(await platform.ask('{ me { id } }', { token: platform.token(leaving) })).toMatchObject({
      status: 401,
    });
    expect(await platform.connect(leaving).closed).toMatchObject({ code: 4403 });
    expect(other.waiting).toBe(0);
  });

  it('reads an event once for two windows of one person, and for each of two people', async () => {
    thread.members.add(outsider.userId);
    const streams = [listen(insider), listen(insider), listen(outsider)];
    await hearing(streams, () => platform.post(thread, insider.userId, 'hello'));
    const { received } = platform.services.messaging;
    const before = received.length;
    await platform.post(thread, insider.userId, 'again');
    await Promise.all(streams.map((stream) => stream.next()));
    expect(received.length - before).toBe(2);
  });
});

/** The check at subscribing is taken out here, to see that the check at each event holds by itself. */
describe('with the first gate open', () => {
  let platform: LivePlatform;
  const insider = anActor();
  const outsider = anActor();
  beforeAll(async () => {
    platform = await startLivePlatform({
      feeds: allFeeds.map((feed) => ({
        ...feed,
        request(args, actor) {
          const request = feed.request(args, actor);
          return request && { ...request, open: async () => ({ kind: 'open', backlog: [] }) };
        },
      })),
    });
  });
  afterAll(() => platform.stop());
  afterEach(() => platform.disconnectAll());

  it.each([
    ['everything', messageEvents],
    [
      'ids only',
      'subscription($id: ID!) { messageEvents(threadId: $id) { ... on MessageAdded { cursor message { id } } } }',
    ],
    [
      'nothing but the cursor',
      'subscription($id: ID!) { messageEvents(threadId: $id) { ... on MessageAdded { cursor } } }',
    ],
    ['the type only', 'subscription($id: ID!) { messageEvents(threadId: $id) { __typename } }'],
    [
      'a field it skips',
      'subscription($id: ID!) { messageEvents(threadId: $id) { ... on MessageAdded { cursor message @skip(if: true) { id } } } }',
    ],
  ])('an outsider gets nothing, whatever is selected: %s', async (_, query) => {
    const thread = platform.world.openThread(insider.userId);
    const [inside, outside] = [insider, outsider].map((actor) =>
      platform.connect(actor).subscribe(query, { id: thread.id }),
    );
    await platform.subscriptions(2);
    for (let post = 0; post < 3; post += 1) {
      await platform.withholding(1, () => platform.post(thread, insider.userId, 'secret'));
      const { data, errors } = await inside!.next();
      expect(errors).toBeUndefined();
      expect(JSON.stringify(data)).not.toContain('_live');
    }
    thread.members.add(outsider.userId);
    await platform.post(thread, insider.userId, 'now you may');
    await outside!.next();
    expect(outside!.waiting).toBe(0);
  });

  it('an outsider gets nothing of a ticket', async () => {
    const ticket = platform.world.openTicket(insider.userId);
    const query =
      'subscription($id: ID!) { ticketEvents(ticketId: $id) { ... on TicketChanged { cursor ticket { id } } } }';
    const [inside, outside] = [insider, outsider].map((actor) =>
      platform.connect(actor).subscribe(query, { id: ticket.id }),
    );
    await platform.subscriptions(2);
    await platform.withholding(1, () => platform.move(ticket));
    expect(await inside!.next()).toEqual({
      data: { ticketEvents: { cursor: 2, ticket: { id: ticket.id } } },
    });
    ticket.readers.add(outsider.userId);
    await platform.move(ticket);
    expect(await outside!.next()).toMatchObject({ data: { ticketEvents: { cursor: 3 } } });
    expect(outside!.waiting).toBe(0);
  });
});
