import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MessageDeleted, MessageEdited } from '@carethread/contracts/events/messaging.ts';
import { FillHandedOver } from '@carethread/contracts/events/prescriptions.ts';
import { newId } from '@carethread/contracts/ids.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { change, look, type Messaging, messageAs, openedTicket, send, startMessaging } from './messaging.ts';

let messaging: Messaging;
let now = new Date('2026-11-20T10:00:00Z');
beforeAll(async () => void (messaging = await startMessaging(() => now)));
afterAll(() => messaging.close());

const state = 'body version editedAt deletedAt deletedBy';
const edit = (actor: Actor, messageId: string, body: string, expectedVersion = 1) =>
  change(
    messaging,
    actor,
    'editMessage',
    { messageId, body, expectedVersion },
    `message { ${state} } current { ${state} }`,
  );
const remove = (actor: Actor, messageId: string) =>
  change(messaging, actor, 'deleteMessage', { messageId }, `message { ${state} }`);
const history = async (actor: Actor, id: string) =>
  (await messageAs(messaging, actor, id, 'history { edges { node { version body } } }'))![
    'history'
  ].edges.map(({ node }: { node: object }) => node);

async function oneMessage(body = 'Take one a day', more = {}) {
  const opened = await openedTicket(messaging);
  const { message } = await send(messaging, opened.doctor, { threadId: opened.threadId, body, ...more });
  return { ...opened, messageId: message!.id };
}

describe('editing', () => {
  it('changes the text, keeps what it said, and is unread for nobody again', async () => {
    const { threadId, doctor, patient, pharmacist, messageId } = await oneMessage();
    await change(messaging, patient, 'markRead', { threadId, upTo: 1 }, 'thread { id }');
    const { message } = await edit(doctor, messageId, 'Take two a day');
    expect(message).toMatchObject({ body: 'Take two a day', version: 2, editedAt: now.toISOString() });
    await edit(doctor, messageId, 'Take three a day', 2);
    expect(await messageAs(messaging, patient, messageId, 'body version')).toEqual({
      body: 'Take three a day',
      version: 3,
    });
    const said = [
      { version: 2, body: 'Take two a day' },
      { version: 1, body: 'Take one a day' },
    ];
    expect(await history(doctor, messageId)).toEqual(said);
    expect(await history(pharmacist, messageId)).toEqual(said);
    expect(await history(patient, messageId)).toEqual([]);
    expect((await look(messaging, patient, threadId)).unreadCount).toBe(0);
    expect((await look(messaging, pharmacist, threadId)).unreadCount).toBe(1);
    const told = (await messaging.emitted(MessageEdited)).filter(({ data }) => data.messageId === messageId);
    expect(told.map(({ data }) => [data.version, data.number])).toEqual([
      [2, 1],
      [3, 1],
    ]);
  });

  it('by two devices at once is done once, and the other is shown what the message says now', async () => {
    const { doctor, messageId } = await oneMessage();
    const both = await Promise.all([
      edit(doctor, messageId, 'From one'),
      edit(doctor, messageId, 'From two'),
    ]);
    const [winner] = both.filter(({ message }) => message);
    const [loser] = both.filter(({ message }) => !message);
    expect(loser).toMatchObject({
      current: { body: winner!['message'].body, version: 2 },
      userErrors: [{ code: 'CONFLICT', currentVersion: 2 }],
    });
    expect(await edit(doctor, messageId, winner!['message'].body)).toMatchObject({ message: { version: 2 } });
    expect(await history(doctor, messageId)).toEqual([{ version: 1, body: 'Take one a day' }]);
  });

  it('is over after 15 minutes, and for others it never begins', async () => {
    const { doctor, patient, messageId } = await oneMessage();
    expect(await edit(patient, messageId, 'Mine')).toMatchObject({ userErrors: [{ code: 'NOT_ALLOWED' }] });
    const before = now;
    now = new Date(now.getTime() + 16 * 60_000);
    expect(await edit(doctor, messageId, 'Late')).toMatchObject({
      message: null,
      current: { body: 'Take one a day' },
      userErrors: [{ code: 'EXPIRED' }],
    });
    now = before;
  });

  it('and deleting end for instructions when medicine was handed over', async () => {
    const { doctor, id, messageId } = await oneMessage('Take one a day', { instructions: true });
    await messaging.publish(FillHandedOver, {
      aggregateId: newId(),
      sequence: 1,
      data: {
        prescriptionId: newId<'Prescription'>(),
        ticketId: id,
        fillNumber: 1,
        dispenseId: newId<'Dispense'>(),
        complete: false,
        lines: [],
        fence: 1,
      },
    });
    await messaging.drain();
    const frozen = { message: null, userErrors: [{ code: 'ILLEGAL_MOVE', currentStatus: 'ACTED_UPON' }] };
    expect(await edit(doctor, messageId, 'Take two a day')).toMatchObject(frozen);
    expect(await remove(doctor, messageId)).toMatchObject(frozen);
  });
});

describe('deleting', () => {
  it('takes text and history from everybody, and lowers the counters with it', async () => {
    const { threadId, doctor, patient, pharmacist, messageId } = await oneMessage('Private');
    await edit(doctor, messageId, 'Still private');
    await change(messaging, patient, 'markRead', { threadId, upTo: 1 }, 'thread { id }');
    const { message } = await remove(doctor, messageId);
    const gone = { body: '', version: 3, deletedAt: now.toISOString(), deletedBy: 'AUTHOR' };
    expect(message).toMatchObject(gone);
    for (const actor of [doctor, patient, pharmacist]) {
      expect(await messageAs(messaging, actor, messageId, state)).toMatchObject(gone);
      expect(await history(actor, messageId)).toEqual([]);
      expect((await look(messaging, actor, threadId)).unreadCount).toBe(0);
    }
    const stored = await messaging.sql(
      `SELECT body, fingerprint, (SELECT count(*)::int FROM message_revision WHERE message_id = id) AS revisions
       FROM message WHERE id = $1`,
      [messageId],
    );
    expect(stored).toEqual([{ body: null, fingerprint: null, revisions: 0 }]);
    expect(await remove(doctor, messageId)).toMatchObject({ message: gone });
    const told = (await messaging.emitted(MessageDeleted)).filter(({ data }) => data.messageId === messageId);
    expect(told).toHaveLength(1);
  });

  it('leaves replies with a placeholder, in a tree that counts what is there', async () => {
    const { threadId, doctor, patient, messageId } = await oneMessage('Question');
    const reply = async (actor: Actor, replyToId: string, body: string) =>
      (await send(messaging, actor, { threadId, replyToId, body })).message!.id;
    const first = await reply(patient, messageId, 'Answer');
    await reply(doctor, messageId, 'Second answer');
    await reply(doctor, first, 'Deeper');
    const tree = `body replyCount replyTo { body }
      replies { edges { node { body replyCount replies { edges { node { body } } } } } pageInfo { hasNextPage } }`;
    const nodes = (connection: { edges: { node: Record<string, unknown> }[] }) =>
      connection.edges.map(({ node }) => node);
    const before = (await messageAs(messaging, patient, messageId, tree))!;
    expect(nodes(before['replies'])).toMatchObject([
      { body: 'Answer', replyCount: 1, replies: { edges: [{ node: { body: 'Deeper' } }] } },
      { body: 'Second answer', replyCount: 0 },
    ]);
    await remove(patient, first);
    await remove(doctor, messageId);
    const after = (await messageAs(messaging, patient, messageId, tree))!;
    expect(after).toMatchObject({ body: '', replyCount: 1 });
    expect(nodes(after['replies'])).toMatchObject([{ body: '', replyCount: 1 }, { body: 'Second answer' }]);
    expect(await messageAs(messaging, patient, first, 'replyTo { body deletedAt }')).toEqual({
      replyTo: { body: '', deletedAt: now.toISOString() },
    });
  });

  it('beats editing, in whatever order they come', async () => {
    const { doctor, messageId } = await oneMessage();
    const outcomes = await Promise.all([
      ...Array.from({ length: 5 }, (_, n) => edit(doctor, messageId, `Edit ${n}`)),
      remove(doctor, messageId),
    ]);
    expect(outcomes.at(-1)).toMatchObject({ message: { body: '' } });
    expect(await messageAs(messaging, doctor, messageId, 'body')).toEqual({ body: '' });
    expect(await edit(doctor, messageId, 'Back', 2)).toMatchObject({
      userErrors: [{ code: 'ILLEGAL_MOVE', currentStatus: 'DELETED' }],
    });
  });

  it('is remembered: who repeats the sending gets the placeholder', async () => {
    const { threadId, doctor } = await openedTicket(messaging);
    const once = { threadId, clientId: newId(), body: 'Oops' };
    const { message } = await send(messaging, doctor, once);
    await remove(doctor, message!.id);
    expect((await send(messaging, doctor, once)).message).toEqual(message);
    expect((await look(messaging, doctor, threadId)).lastNumber).toBe(1);
  });
});
