import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { ThreadRead } from '@carethread/contracts/events/messaging.ts';
import { mutationText } from '@carethread/service-kit/testing/mutation-text.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { colleagueOf, look, type Messaging, openedTicket, send, startMessaging } from './messaging.ts';

let messaging: Messaging;
beforeAll(async () => void (messaging = await startMessaging()));
afterAll(() => messaging.close());

async function mark(actor: Actor, field: 'markRead' | 'markUnread' | 'markDelivered', input: object) {
  const text = mutationText(field, 'thread { unreadCount lastReadNumber }');
  return (await messaging.query(actor, text, { input }))[field];
}

const totalOf = async (actor: Actor): Promise<number> =>
  (await messaging.ask(actor, '{ inbox { unreadCount } }')).data['inbox'].unreadCount;
const verify = async (actor: Actor) =>
  (
    await messaging.ask(
      actor,
      '{ verifyUnread { stored recounted difference threads { threadId stored recounted difference } } }',
    )
  ).data['verifyUnread'];

/** A thread in which the doctor has sent this many messages. */
async function threadWith(count: number) {
  const opened = await openedTicket(messaging);
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const { message } = await send(messaging, opened.doctor, { threadId: opened.threadId });
    ids.push(message!.id);
  }
  return { ...opened, ids };
}

describe('unread', () => {
  it('counts what others sent, per thread and in total; own messages never', async () => {
    const first = await threadWith(2);
    const { patient, doctor, pharmacist } = first;
    const second = await openedTicket(messaging, { patient, doctor });
    await send(messaging, patient, { threadId: first.threadId });
    await send(messaging, doctor, { threadId: second.threadId });
    expect((await look(messaging, patient, first.threadId)).unreadCount).toBe(2);
    expect((await look(messaging, pharmacist, first.threadId)).unreadCount).toBe(3);
    expect([await totalOf(patient), await totalOf(doctor), await totalOf(pharmacist)]).toEqual([3, 1, 3]);
  });

  it('is one count for a whole pharmacy, to which colleagues do not add', async () => {
    const { threadId, pharmacist, patient } = await openedTicket(messaging);
    const colleague = colleagueOf(pharmacist);
    await send(messaging, colleague, { threadId });
    expect([await totalOf(pharmacist), await totalOf(patient)]).toEqual([0, 1]);
    await send(messaging, patient, { threadId });
    expect(await totalOf(pharmacist)).toBe(1);
    await mark(colleague, 'markRead', { threadId, upTo: 2 });
    expect(await totalOf(pharmacist)).toBe(0);
  });
});

describe('the read marker', () => {
  it('goes forward, not back, and not beyond the newest message', async () => {
    const { threadId, patient } = await threadWith(5);
    const at = async (upTo: number) => (await mark(patient, 'markRead', { threadId, upTo })).thread;
    expect(await at(3)).toEqual({ unreadCount: 2, lastReadNumber: 3 });
    expect(await at(1)).toEqual({ unreadCount: 2, lastReadNumber: 3 });
    expect(await at(1_000)).toEqual({ unreadCount: 0, lastReadNumber: 5 });
    expect(await totalOf(patient)).toBe(0);
  });

  it('tells of every move, and of nothing else', async () => {
    const { threadId, id, patient } = await threadWith(3);
    for (const upTo of [2, 2, 1, 3]) await mark(patient, 'markRead', { threadId, upTo });
    const told = (await messaging.emitted(ThreadRead)).filter(({ aggregateId }) => aggregateId === threadId);
    const about = { threadId, ticketId: id, memberId: patient.userId };
    expect(told.map(({ data }) => data)).toEqual([
      { ...about, upTo: 2, unread: 1, change: 4 },
      { ...about, upTo: 3, unread: 0, change: 5 },
    ]);
  });

  it('ends at the highest, whatever several devices say at once', async () => {
    const { threadId, patient } = await threadWith(6);
    await Promise.all([4, 1, 6, 2, 5, 3].map((upTo) => mark(patient, 'markRead', { threadId, upTo })));
    expect(await look(messaging, patient, threadId)).toMatchObject({ unreadCount: 0, lastReadNumber: 6 });
  });

  it('can be set back to a message', async () => {
    const { threadId, patient, ids } = await threadWith(4);
    await mark(patient, 'markRead', { threadId, upTo: 4 });
    const back = (number: number) => mark(patient, 'markUnread', { messageId: ids[number - 1] });
    expect((await back(3)).thread).toEqual({ unreadCount: 2, lastReadNumber: 2 });
    expect((await back(4)).thread).toEqual({ unreadCount: 2, lastReadNumber: 2 });
    expect(await totalOf(patient)).toBe(2);
  });

  it('needs a number and an id', async () => {
    const { threadId, patient } = await openedTicket(messaging);
    expect((await mark(patient, 'markRead', { threadId, upTo: -1 })).userErrors).toMatchObject([
      { code: 'INVALID' },
    ]);
    expect((await mark(patient, 'markUnread', { messageId: 'x' })).userErrors).toMatchObject([
      { code: 'INVALID' },
    ]);
  });
});

describe('receipts', () => {
  it('show the sender how far a message has come with all others', async () => {
    const { threadId, doctor, patient, pharmacist, ids } = await threadWith(1);
    const status = async (actor = doctor) =>
      (
        await messaging.ask(
          actor,
          'query ($seen: [_Any!]!) { _entities(representations: $seen) { ... on Message { status } } }',
          {
            seen: [{ __typename: 'Message', id: ids[0] }],
          },
        )
      ).data['_entities'][0].status;
    expect(await status()).toBe('SENT');
    await mark(patient, 'markDelivered', { threadId, upTo: 1 });
    expect(await status()).toBe('SENT');
    await mark(pharmacist, 'markDelivered', { threadId, upTo: 9 });
    expect(await status()).toBe('DELIVERED');
    await mark(patient, 'markRead', { threadId, upTo: 1 });
    await mark(pharmacist, 'markDelivered', { threadId, upTo: 0 });
    expect(await status()).toBe('DELIVERED');
    await mark(pharmacist, 'markRead', { threadId, upTo: 1 });
    expect(await status()).toBe('READ');
    expect(await status(patient)).toBeNull();
  });

  it('show each member’s markers', async () => {
    const { threadId, doctor, patient } = await threadWith(2);
    await mark(patient, 'markRead', { threadId, upTo: 1 });
    await mark(patient, 'markDelivered', { threadId, upTo: 2 });
    const { data } = await messaging.ask(
      doctor,
      'query ($id: ID!) { thread(id: $id) { members { role readUpTo deliveredUpTo } } }',
      { id: threadId },
    );
    expect(data['thread'].members).toContainEqual({ role: 'PATIENT', readUpTo: 1, deliveredUpTo: 2 });
  });
});

describe('several changes in one request', () => {
  it('each show the thread after their own change', async () => {
    const { threadId, patient, ids } = await threadWith(3);
    const { data } = await messaging.ask(
      patient,
      `mutation ($thread: ID!, $message: ID!) {
         some: markRead(input: { threadId: $thread, upTo: 2 }) { thread { unreadCount } }
         all: markRead(input: { threadId: $thread, upTo: 3 }) { thread { unreadCount } }
         back: markUnread(input: { messageId: $message }) { thread { unreadCount } } }`,
      { thread: threadId, message: ids[0] },
    );
    expect(data).toMatchObject({
      some: { thread: { unreadCount: 1 } },
      all: { thread: { unreadCount: 0 } },
      back: { thread: { unreadCount: 3 } },
    });
  });
});

describe('counters that went wrong', () => {
  const repair = (by: Actor, input: object) =>
    messaging.ask(
      by,
      `mutation ($input: RepairUnreadInput!) { repairUnread(input: $input) {
         found { stored recounted difference threads { threadId difference } } userErrors { code } } }`,
      { input },
    );

  it('are found, set right and recorded with the reason', async () => {
    const { threadId, patient } = await threadWith(3);
    const second = await openedTicket(messaging, { patient });
    await send(messaging, second.doctor, { threadId: second.threadId });
    expect(await verify(patient)).toEqual({ stored: 4, recounted: 4, difference: 0, threads: [] });

    await messaging.sql('UPDATE member SET unread_count = 1 WHERE thread_id = $1 AND principal_id = $2', [
      threadId,
      patient.userId,
    ]);
    await messaging.sql('UPDATE inbox SET unread_count = 7 WHERE principal_id = $1', [patient.userId]);
    const wrong = [{ threadId, stored: 1, recounted: 3, difference: -2 }];
    expect(await verify(patient)).toEqual({ stored: 7, recounted: 4, difference: 3, threads: wrong });

    const admin = person('administrator');
    const { data } = await repair(admin, {
      principalId: patient.userId,
      reason: 'Restored from a backup by hand',
    });
    expect(data['repairUnread']).toEqual({
      found: { stored: 7, recounted: 4, difference: 3, threads: [{ threadId, difference: -2 }] },
      userErrors: [],
    });
    expect(await verify(patient)).toEqual({ stored: 4, recounted: 4, difference: 0, threads: [] });
    const records = await messaging.sql(
      `SELECT thread_id, stored, recounted, reason, repaired_by FROM unread_repair
       WHERE principal_id = $1 ORDER BY thread_id NULLS LAST`,
      [patient.userId],
    );
    const by = { reason: 'Restored from a backup by hand', repaired_by: admin.userId };
    expect(records).toEqual([
      { thread_id: threadId, stored: 1, recounted: 3, ...by },
      { thread_id: null, stored: 7, recounted: 4, ...by },
    ]);
  });

  it('that are right leave no record', async () => {
    const { patient } = await threadWith(1);
    await repair(person('administrator'), { principalId: patient.userId, reason: 'To be sure' });
    expect(
      await messaging.sql('SELECT 1 FROM unread_repair WHERE principal_id = $1', [patient.userId]),
    ).toEqual([]);
  });

  it('are repaired by operators only, and not without a reason', async () => {
    const { patient, doctor } = await threadWith(1);
    const input = { principalId: patient.userId, reason: 'Because I can' };
    for (const actor of [patient, doctor])
      expect((await repair(actor, input)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const { data } = await repair(person('administrator'), { ...input, reason: ' ' });
    expect(data['repairUnread'].userErrors).toMatchObject([{ code: 'INVALID' }]);
  });
});
