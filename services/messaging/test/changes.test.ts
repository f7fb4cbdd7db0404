import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { PresenceChosen, ThreadDelivered, ThreadRead } from '@carethread/contracts/events/messaging.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import {
  change,
  colleagueOf,
  type Messaging,
  messageAs,
  openedTicket,
  send,
  startMessaging,
  tell,
} from './messaging.ts';

let messaging: Messaging;
beforeAll(async () => void (messaging = await startMessaging()));
afterAll(() => messaging.close());

async function since(actor: Actor, threadId: string, after: number, first = 100) {
  const { thread } = await messaging.query(
    actor,
    `query ($id: ID!, $after: Int!, $first: Int!) { thread(id: $id) { lastChange
       changesSince(after: $after, first: $first) { resync cursor hasMore
         changes { cursor kind messageId message { body } memberId upTo } } } }`,
    { id: threadId, after, first },
  );
  return thread.changesSince;
}
const kinds = ({ changes }: { changes: { cursor: number; kind: string }[] }) =>
  changes.map(({ cursor, kind }) => `${cursor} ${kind}`);

describe('changesSince', () => {
  it('tells what happened in order and without gaps, the same to every member', async () => {
    const { threadId, doctor, patient, pharmacist, events } = await openedTicket(messaging);
    const { message } = await send(messaging, doctor, { threadId, body: 'One' });
    const messageId = message!.id;
    await change(messaging, patient, 'markDelivered', { threadId, upTo: 1 }, 'thread { id }');
    const edit = { messageId, body: 'Two', expectedVersion: 1 };
    await change(messaging, doctor, 'editMessage', edit, 'message { id }');
    await change(messaging, patient, 'markRead', { threadId, upTo: 1 }, 'thread { id }');
    await change(messaging, patient, 'markUnread', { messageId }, 'thread { id }');
    await tell(messaging, events.moved('created', 'sent'));
    await change(messaging, doctor, 'deleteMessage', { messageId }, 'message { id }');
    const all = await since(doctor, threadId, 0);
    expect(kinds(all)).toEqual(['1 ADDED', '2 DELIVERED', '3 EDITED', '4 READ', '5 ADDED', '6 DELETED']);
    expect(all).toMatchObject({ resync: false, cursor: 6, hasMore: false });
    expect(all.changes[0]).toEqual({
      cursor: 1,
      kind: 'ADDED',
      messageId,
      message: { body: '' },
      memberId: null,
      upTo: null,
    });
    expect(all.changes[3]).toMatchObject({ memberId: patient.userId, upTo: 1, messageId: null });
    for (const actor of [patient, pharmacist]) expect(await since(actor, threadId, 0)).toEqual(all);
    const page = await since(patient, threadId, 2, 2);
    expect([kinds(page), page.cursor, page.hasMore]).toEqual([['3 EDITED', '4 READ'], 4, true]);
    expect(await since(patient, threadId, 6)).toMatchObject({ resync: false, changes: [], cursor: 6 });
  });

  it('says so when a cursor is too old, or of no such change', async () => {
    const { threadId, doctor, patient } = await openedTicket(messaging);
    for (let n = 0; n < 3; n += 1) await send(messaging, doctor, { threadId });
    const resync = { resync: true, changes: [], cursor: 3, hasMore: false };
    expect(await since(patient, threadId, 4)).toEqual(resync);
    await messaging.sql('DELETE FROM thread_change WHERE thread_id = $1 AND number <= 2', [threadId]);
    await messaging.sql('UPDATE thread SET changes_from = 2 WHERE id = $1', [threadId]);
    expect(await since(patient, threadId, 1)).toEqual(resync);
    expect(kinds(await since(patient, threadId, 2))).toEqual(['3 ADDED']);
  });
});

describe('receipts', () => {
  const receipts = async (actor: Actor, id: string) => {
    const found = await messageAs(
      messaging,
      actor,
      id,
      'status receipts { member { role readUpTo } status }',
    );
    const list = found!['receipts'] as { member: { role: string; readUpTo: number }; status: string }[];
    return Object.fromEntries(list.map(({ member, status }) => [member.role, [status, member.readUpTo]]));
  };

  it('say how far a message has come with each other member', async () => {
    const { threadId, doctor, patient, pharmacist } = await openedTicket(messaging);
    const { message } = await send(messaging, doctor, { threadId });
    await change(messaging, patient, 'markRead', { threadId, upTo: 1 }, 'thread { id }');
    await change(messaging, pharmacist, 'markDelivered', { threadId, upTo: 5 }, 'thread { id }');
    await change(messaging, pharmacist, 'markDelivered', { threadId, upTo: 5 }, 'thread { id }');
    expect(await receipts(doctor, message!.id)).toEqual({ PATIENT: ['READ', 1], PHARMACY: ['DELIVERED', 0] });
    const told = (await messaging.emitted(ThreadDelivered)).filter(({ data }) => data.threadId === threadId);
    expect(told.map(({ data }) => [data.upTo, data.change])).toEqual([[1, 3]]);
  });

  it('of several threads are noted at once, and a thread that is not one’s own keeps none back (M-09)', async () => {
    const [one, other] = [await openedTicket(messaging), await openedTicket(messaging)];
    const { patient } = one;
    const foreign = other.threadId;
    const second = await openedTicket(messaging, { patient });
    for (const { doctor, threadId } of [one, second]) await send(messaging, doctor, { threadId });
    const arrived = [one.threadId, foreign, second.threadId].map((threadId) => ({ threadId, upTo: 1 }));
    const noted = await change(
      messaging,
      patient,
      'markAllDelivered',
      { receipts: arrived },
      'threads { id }',
    );
    const ids = (noted['threads'] as { id: string }[]).map(({ id }) => id);
    expect(ids.toSorted()).toEqual([one.threadId, second.threadId].toSorted());
    await change(messaging, patient, 'markAllDelivered', { receipts: arrived }, 'threads { id }');
    for (const { threadId } of [one, second])
      expect(kinds(await since(patient, threadId, 0))).toEqual(['1 ADDED', '2 DELIVERED']);
    expect(kinds(await since(other.patient, foreign, 0))).toEqual([]);
    const twice = { receipts: [arrived[0], arrived[0]] };
    const refused = await change(messaging, patient, 'markAllDelivered', twice, 'threads { id }');
    expect(refused).toMatchObject({
      threads: null,
      userErrors: [{ code: 'INVALID', path: ['input', 'receipts'] }],
    });
  });

  it('of staff who read privately stop at delivered, and cost nobody a number', async () => {
    const { threadId, doctor, patient } = await openedTicket(messaging);
    const { message } = await send(messaging, patient, { threadId });
    const choose = (actor: Actor, privately: boolean) =>
      change(messaging, actor, 'readPrivately', { privately }, 'inbox { readsPrivately }');
    expect(await choose(doctor, true)).toMatchObject({ inbox: { readsPrivately: true } });
    await expect(choose(patient, true)).rejects.toThrow('FORBIDDEN');
    await change(messaging, doctor, 'markRead', { threadId, upTo: 1 }, 'thread { unreadCount }');
    expect((await receipts(patient, message!.id))['DOCTOR']).toEqual(['DELIVERED', 0]);
    expect((await receipts(doctor, message!.id))['DOCTOR']).toEqual(['DELIVERED', 1]);
    expect(kinds(await since(patient, threadId, 0))).toEqual(['1 ADDED']);
    const [read] = (await messaging.emitted(ThreadRead)).filter(({ data }) => data.threadId === threadId);
    expect(read!.data).toMatchObject({ upTo: 1, unread: 0 });
    expect(read!.data).not.toHaveProperty('change');

    await choose(doctor, false);
    await send(messaging, patient, { threadId });
    await change(messaging, doctor, 'markRead', { threadId, upTo: 2 }, 'thread { id }');
    expect((await receipts(patient, message!.id))['DOCTOR']).toEqual(['READ', 2]);
  });
});

describe('who is there and who writes', () => {
  it('is hidden by choice, which is told once (M-10)', async () => {
    const { patient, pharmacist } = await openedTicket(messaging);
    const choose = (actor: Actor, hidden: boolean) =>
      change(messaging, actor, 'hidePresence', { hidden }, 'inbox { hidesPresence }');
    for (const hidden of [true, true, false])
      expect(await choose(patient, hidden)).toMatchObject({ inbox: { hidesPresence: hidden } });
    await choose(pharmacist, true);
    const told = (await messaging.emitted(PresenceChosen)).map(({ sequence, data }) => [sequence, data]);
    const { userId: principalId } = patient;
    expect(told).toEqual([
      [1, { principalId, hidden: true }],
      [2, { principalId, hidden: false }],
      [1, { principalId: pharmacist.organisationId, hidden: true }],
    ]);
    // For all people of the pharmacy, and nobody chooses in another's place.
    const { inbox } = await messaging.query(colleagueOf(pharmacist), '{ inbox { hidesPresence } }');
    expect(inbox).toEqual({ hidesPresence: true });
    const proxy = { ...patient, proxyId: newId<'User'>(), proxyScopes: ['read' as const, 'write' as const] };
    await expect(choose(proxy, true)).rejects.toThrow('FORBIDDEN');
  });

  it('writes only who may send (M-10)', async () => {
    const { threadId, doctor, patient, events } = await openedTicket(messaging);
    const canSend = async (actor: Actor) =>
      (await messaging.query(actor, `{ thread(id: "${threadId}") { canSend } }`)).thread.canSend as boolean;
    const reader = { ...patient, proxyId: newId<'User'>(), proxyScopes: ['read' as const] };
    expect([await canSend(doctor), await canSend(patient), await canSend(reader)]).toEqual([
      true,
      true,
      false,
    ]);
    const block = { threadId, userId: patient.userId, blocked: true, reason: 'Insults' };
    await change(messaging, person('administrator'), 'blockSender', block, 'block { blocked }');
    expect([await canSend(doctor), await canSend(patient)]).toEqual([true, false]);
    await tell(messaging, events.moved('created', 'cancelled'));
    expect(await canSend(doctor)).toBe(false);
  });
});
