import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MessagePosted } from '@carethread/contracts/events/messaging.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import {
  colleagueOf,
  look,
  type Messaging,
  newTicket,
  openedTicket,
  send,
  startMessaging,
  tell,
  ticketEvents,
} from './messaging.ts';

let messaging: Messaging;
beforeAll(async () => void (messaging = await startMessaging()));
afterAll(() => messaging.close());

const posted = async (threadId: string) =>
  (await messaging.emitted(MessagePosted)).filter(({ aggregateId }) => aggregateId === threadId);

describe('sending', () => {
  it('numbers 100 messages of three people at once without a gap', async () => {
    const { threadId, patient, doctor, pharmacist } = await openedTicket(messaging);
    const people = [patient, doctor, pharmacist];
    const sent = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        send(messaging, people[n % 3]!, { threadId, body: `message ${n}` }),
      ),
    );
    const expected = Array.from({ length: 100 }, (_, n) => n + 1);
    expect(sent.map(({ message }) => message!.number).sort((a, b) => a - b)).toEqual(expected);
    const thread = await look(messaging, patient, threadId);
    expect(thread.messages.edges.map(({ node }: { node: { number: number } }) => node.number)).toEqual(
      expected,
    );
    const events = await posted(threadId);
    expect(events.map(({ data }) => data.number)).toEqual(expected);
    expect(events.map(({ sequence }) => sequence)).toEqual(expected.map((n) => n + 1));
  });

  it('tells of the message with everybody who is a member', async () => {
    const { threadId, id, patient, doctor, pharmacist } = await openedTicket(messaging);
    const { message } = await send(messaging, pharmacist, { threadId });
    const [event] = await posted(threadId);
    expect(MessagePosted.schema.parse(event!.data)).toEqual({
      threadId,
      ticketId: id,
      messageId: message!.id,
      number: 1,
      senderId: pharmacist.organisationId,
      kind: 'text',
      routing: 'direct',
      memberIds: expect.arrayContaining([patient.userId, doctor.userId, pharmacist.organisationId]),
      change: 1,
      notifyIds: expect.arrayContaining([patient.userId, doctor.userId]),
      mentionedIds: [],
    });
  });

  it('shows who wrote for the pharmacy', async () => {
    const { threadId, patient, pharmacist } = await openedTicket(messaging);
    const colleague = colleagueOf(pharmacist);
    await send(messaging, colleague, { threadId });
    const { data } = await messaging.ask(
      patient,
      `query ($id: ID!) { thread(id: $id) { messages(first: 1) { edges { node {
         sender { __typename ... on Organisation { id } } sentBy { id } } } } } }`,
      { id: threadId },
    );
    expect(data['thread'].messages.edges[0].node).toEqual({
      sender: { __typename: 'Organisation', id: pharmacist.organisationId },
      sentBy: { id: colleague.userId },
    });
  });

  it('refuses what is not a message, naming each field', async () => {
    const { threadId, id, patient } = await openedTicket(messaging);
    const wrong = await send(messaging, patient, { threadId, body: ' \n ', clientId: 'one', replyToId: 'x' });
    expect(wrong.userErrors.map(({ code, path }) => [code, path.join('.')])).toEqual([
      ['INVALID', 'input.clientId'],
      ['INVALID', 'input.body'],
      ['INVALID', 'input.replyToId'],
    ]);
    expect((await send(messaging, patient, { threadId, ticketId: id })).userErrors[0]!.code).toBe('INVALID');
    expect((await send(messaging, patient, {})).userErrors[0]!.code).toBe('INVALID');
    expect((await look(messaging, patient, threadId)).lastNumber).toBe(0);
  });

  it('by ticket waits for a thread that is on its way', async () => {
    const ticket = newTicket();
    const sending = send(messaging, ticket.doctor, { ticketId: ticket.id });
    await tell(messaging, ticketEvents(ticket).opened());
    expect(await sending).toMatchObject({ message: { number: 1 }, userErrors: [] });
  });

  it('into a thread one does not know is not found', async () => {
    const { threadId } = await openedTicket(messaging);
    for (const target of [{ threadId }, { threadId: newId<'Thread'>() }])
      expect((await send(messaging, person('doctor'), target)).userErrors).toMatchObject([
        { code: 'NOT_FOUND' },
      ]);
  });
});

describe('sending again', () => {
  it('answers with the first message, also when both come at once', async () => {
    const { threadId, doctor, patient } = await openedTicket(messaging);
    const once = { threadId, clientId: newId(), body: 'Zoe\u0308' };
    const together = await Promise.all(Array.from({ length: 10 }, () => send(messaging, doctor, once)));
    const later = await send(messaging, doctor, { ...once, body: 'Zo\u00eb' });
    expect(new Set([...together, later].map(({ message }) => message!.id)).size).toBe(1);
    expect(await look(messaging, patient, threadId)).toMatchObject({ lastNumber: 1, unreadCount: 1 });
    expect(await posted(threadId)).toHaveLength(1);
  });

  it('by ticket is the same as by thread', async () => {
    const { threadId, id: ticketId, doctor } = await openedTicket(messaging);
    const clientId = newId();
    const first = await send(messaging, doctor, { threadId, clientId });
    expect(await send(messaging, doctor, { ticketId, clientId })).toEqual(first);
  });

  it('is answered after the thread has closed', async () => {
    const { threadId, doctor, events } = await openedTicket(messaging);
    const clientId = newId();
    const first = await send(messaging, doctor, { threadId, clientId });
    await tell(messaging, events.moved('created', 'cancelled'));
    expect(await send(messaging, doctor, { threadId, clientId })).toEqual(first);
  });

  it('is refused with other content, in another thread, and at once in two threads', async () => {
    const { threadId, doctor } = await openedTicket(messaging);
    const elsewhere = await openedTicket(messaging, { doctor });
    const clientId = newId();
    await send(messaging, doctor, { threadId, clientId });
    const mismatch = {
      message: null,
      userErrors: [{ code: 'IDEMPOTENCY_MISMATCH', path: ['input', 'clientId'] }],
    };
    expect(await send(messaging, doctor, { threadId, clientId, body: 'other' })).toMatchObject(mismatch);
    expect(await send(messaging, doctor, { threadId: elsewhere.threadId, clientId })).toMatchObject(mismatch);
    const both = { clientId: newId() };
    const outcomes = await Promise.all(
      [threadId, elsewhere.threadId].map((target) => send(messaging, doctor, { threadId: target, ...both })),
    );
    expect(outcomes.map(({ userErrors }) => userErrors[0]?.code ?? 'sent').sort()).toEqual([
      'IDEMPOTENCY_MISMATCH',
      'sent',
    ]);
  });

  it('is refused even when the first thread can no longer be seen', async () => {
    const { threadId, pharmacist, events } = await openedTicket(messaging);
    const elsewhere = await openedTicket(messaging, { pharmacist });
    const clientId = newId();
    await send(messaging, pharmacist, { threadId, clientId });
    await tell(messaging, events.pharmacyChanged(newId<'Organisation'>()));
    expect(await send(messaging, pharmacist, { threadId: elsewhere.threadId, clientId })).toMatchObject({
      userErrors: [{ code: 'IDEMPOTENCY_MISMATCH' }],
    });
    expect((await look(messaging, pharmacist, elsewhere.threadId)).lastNumber).toBe(0);
  });

  it('by somebody else under the same client id is their own message', async () => {
    const { threadId, doctor, patient } = await openedTicket(messaging);
    const clientId = newId();
    await send(messaging, doctor, { threadId, clientId });
    expect(await send(messaging, patient, { threadId, clientId })).toMatchObject({ message: { number: 2 } });
  });
});

describe('a reply', () => {
  it('points to a message of the same thread', async () => {
    const { threadId, doctor, patient } = await openedTicket(messaging);
    const question = await send(messaging, doctor, { threadId });
    const answer = await send(messaging, patient, { threadId, replyToId: question.message!.id });
    const again = await send(messaging, doctor, { threadId, replyToId: answer.message!.id });
    const { data } = await messaging.ask(
      doctor,
      `query ($seen: [_Any!]!) { _entities(representations: $seen) { ... on Message {
         routing replyTo { number replyTo { number replyTo { number } } } } } }`,
      { seen: [{ __typename: 'Message', id: again.message!.id }] },
    );
    expect(data['_entities']).toEqual([
      { routing: 'REPLY', replyTo: { number: 2, replyTo: { number: 1, replyTo: null } } },
    ]);
  });

  it('cannot point into another thread, even one of the sender', async () => {
    const { threadId, doctor } = await openedTicket(messaging);
    const elsewhere = await openedTicket(messaging, { doctor });
    const { message } = await send(messaging, doctor, { threadId: elsewhere.threadId });
    expect(await send(messaging, doctor, { threadId, replyToId: message!.id })).toMatchObject({
      message: null,
      userErrors: [{ code: 'NOT_FOUND', path: ['input', 'replyToId'] }],
    });
  });
});
