import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { type Messaging, openedTicket, send, startMessaging, tell } from './messaging.ts';

let messaging: Messaging;
beforeAll(async () => void (messaging = await startMessaging()));
afterAll(() => messaging.close());

interface Page<Node> {
  edges: { cursor: string; node: Node }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

async function messages(
  actor: Actor,
  threadId: string,
  page: object,
): Promise<Page<{ number: number; body: string }>> {
  const { thread } = await messaging.query(
    actor,
    `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { thread(id: $id) {
       messages(first: $first, after: $after, last: $last, before: $before) {
         edges { cursor node { number body } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
    { id: threadId, ...page },
  );
  return thread.messages;
}
const numbers = ({ edges }: Page<{ number: number }>) => edges.map(({ node }) => node.number);

describe('messages of a thread', () => {
  it('are paged in both directions, and pages do not shift while others write', async () => {
    const { threadId, doctor, patient } = await openedTicket(messaging);
    const write = async (count: number) => {
      for (let n = 0; n < count; n += 1) await send(messaging, doctor, { threadId });
    };
    await write(7);
    const newest = await messages(patient, threadId, { last: 3 });
    expect(numbers(newest)).toEqual([5, 6, 7]);
    expect(newest.pageInfo).toMatchObject({ hasPreviousPage: true, hasNextPage: false });
    const oldest = await messages(patient, threadId, { first: 2 });
    expect(numbers(oldest)).toEqual([1, 2]);
    expect(oldest.pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: true });

    await write(3);
    const before = await messages(patient, threadId, { last: 3, before: newest.pageInfo.startCursor });
    expect(numbers(before)).toEqual([2, 3, 4]);
    const after = await messages(patient, threadId, { first: 4, after: oldest.pageInfo.endCursor });
    expect(numbers(after)).toEqual([3, 4, 5, 6]);
    const news = await messages(patient, threadId, { first: 100, after: newest.pageInfo.endCursor });
    expect(numbers(news)).toEqual([8, 9, 10]);
    expect(news.pageInfo).toMatchObject({ hasPreviousPage: true, hasNextPage: false });
  });

  it('are logged as numbers and ids for whoever missed some', async () => {
    const { threadId, doctor, patient } = await openedTicket(messaging);
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) ids.push((await send(messaging, doctor, { threadId })).message!.id);
    const log = (after: number, first: number) =>
      messaging.ask(
        patient,
        `query ($id: ID!, $after: Int!, $first: Int!) { thread(id: $id) {
           messageLog(after: $after, first: $first) { number messageId } } }`,
        { id: threadId, after, first },
      );
    expect((await log(1, 2)).data['thread'].messageLog).toEqual([
      { number: 2, messageId: ids[1] },
      { number: 3, messageId: ids[2] },
    ]);
    expect((await log(0, 101)).data['thread'].messageLog).toHaveLength(4);
    expect((await log(0, 102)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('of many threads come in one statement', async () => {
    const patient = person('patient');
    for (let n = 0; n < 5; n += 1) {
      const { threadId, doctor } = await openedTicket(messaging, { patient });
      await send(messaging, doctor, { threadId, body: `old in ${n}` });
      await send(messaging, doctor, { threadId, body: `new in ${n}` });
    }
    const { data } = await messaging.ask(
      patient,
      '{ inbox { threads { edges { node { unreadCount members { role } messages(last: 1) { edges { node { body } } } } } } } }',
    );
    const shown = data['inbox'].threads.edges.map(
      ({ node }: { node: { messages: Page<{ body: string }> } }) => node.messages.edges[0]!.node.body,
    );
    expect(shown).toEqual([4, 3, 2, 1, 0].map((n) => `new in ${n}`));
  });
});

async function inbox(actor: Actor, page: object = {}): Promise<Page<{ id: string }>> {
  const found = await messaging.query(
    actor,
    `query ($first: Int! = 20, $after: String, $unreadOnly: Boolean! = false) { inbox {
       threads(first: $first, after: $after, unreadOnly: $unreadOnly) {
         edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
    page,
  );
  return found['inbox'].threads;
}
const ids = ({ edges }: Page<{ id: string }>) => edges.map(({ node }) => node.id);

describe('the inbox', () => {
  it('shows the newest activity first, page by page', async () => {
    const patient = person('patient');
    const threads = [];
    for (let n = 0; n < 5; n += 1) threads.push(await openedTicket(messaging, { patient }));
    const [a, b, c, d, e] = threads.map(({ threadId }) => threadId);
    await send(messaging, threads[1]!.doctor, { threadId: b! });
    await send(messaging, patient, { threadId: a! });
    const first = await inbox(patient, { first: 2 });
    expect(ids(first)).toEqual([a, b]);
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const second = await inbox(patient, { first: 2, after: first.pageInfo.endCursor });
    expect(ids(second)).toEqual([e, d]);
    const third = await inbox(patient, { first: 2, after: second.pageInfo.endCursor });
    expect(ids(third)).toEqual([c]);
    expect(third.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  });

  it('can be limited to what is unread', async () => {
    const doctor = person('doctor');
    const [read, unread] = [
      await openedTicket(messaging, { doctor }),
      await openedTicket(messaging, { doctor }),
    ];
    for (const { threadId, patient } of [read, unread]) await send(messaging, patient, { threadId });
    await messaging.ask(
      doctor,
      'mutation ($id: ID!) { markRead(input: { threadId: $id, upTo: 1 }) { userErrors { code } } }',
      {
        id: read.threadId,
      },
    );
    expect(ids(await inbox(doctor, { unreadOnly: true }))).toEqual([unread.threadId]);
    expect(ids(await inbox(doctor))).toEqual([unread.threadId, read.threadId]);
  });

  it('loses a thread with the membership', async () => {
    const pharmacist = person('pharmacist');
    const { threadId, events, patient } = await openedTicket(messaging, { pharmacist });
    await send(messaging, patient, { threadId });
    expect(ids(await inbox(pharmacist, { unreadOnly: true }))).toEqual([threadId]);
    await tell(messaging, events.pharmacyChanged(newId<'Organisation'>()));
    expect(ids(await inbox(pharmacist))).toEqual([]);
    expect(ids(await inbox(pharmacist, { unreadOnly: true }))).toEqual([]);
  });

  it('of somebody new is empty', async () => {
    const { data } = await messaging.ask(
      person('patient'),
      '{ inbox { unreadCount threads { edges { cursor } } } }',
    );
    expect(data['inbox']).toEqual({ unreadCount: 0, threads: { edges: [] } });
  });

  it.each([{ first: 0 }, { first: 101 }, { after: 'bm90IG91cnM' }])('refuses %j', async (page) => {
    await expect(inbox(person('patient'), page)).rejects.toThrow(/BAD_USER_INPUT/);
  });
});

describe('the outbox', () => {
  it('shows what one sent, newest first, over all threads', async () => {
    const doctor = person('doctor');
    const threads = [await openedTicket(messaging, { doctor }), await openedTicket(messaging, { doctor })];
    const sent: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const { threadId, patient } = threads[n % 2]!;
      sent.push((await send(messaging, doctor, { threadId })).message!.id);
      await send(messaging, patient, { threadId });
    }
    const ask = async (first: number, after: string | null) => {
      const { data } = await messaging.ask(
        doctor,
        `query ($first: Int!, $after: String) { outbox { messages(first: $first, after: $after) {
           edges { node { id } } pageInfo { hasNextPage endCursor } } } }`,
        { first, after },
      );
      return data['outbox'].messages as Page<{ id: string }>;
    };
    const first = await ask(3, null);
    expect(ids(first)).toEqual(sent.slice(2).toReversed());
    const second = await ask(3, first.pageInfo.endCursor);
    expect(ids(second)).toEqual(sent.slice(0, 2).toReversed());
    expect(second.pageInfo.hasNextPage).toBe(false);
  });
});
