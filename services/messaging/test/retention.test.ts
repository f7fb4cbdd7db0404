import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { ThreadPurged } from '@carethread/contracts/events/messaging.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { messagingConfig } from '../src/config.ts';
import { change, look, type Messaging, openedTicket, send, startMessaging, tell } from './messaging.ts';

const day = 86_400_000;
let messaging: Messaging;
let now = new Date();
beforeAll(
  async () =>
    void (messaging = await startMessaging(() => now, {
      RETENTION_DAYS: 'clinical=1000,chat=100,marketing=50,technical=10',
    })),
);
afterAll(() => messaging.close());

/** Lets so many days go by, and the service do what is due then. */
async function after(days: number): Promise<void> {
  now = new Date(now.getTime() + days * day);
  await messaging.drain();
}
const messagesOf = async (actor: Actor, threadId: string): Promise<number[]> =>
  (await look(messaging, actor, threadId)).messages.edges.map(
    ({ node }: { node: { number: number } }) => node.number,
  );
const unreadTotals = async (actor: Actor) =>
  (await messaging.query(actor, '{ verifyUnread { stored recounted difference } }'))['verifyUnread'];

const admin = person('administrator');
const second = person('administrator');
const hold = (by: Actor, ticketId: string, idempotencyKey = newId()) =>
  change(
    messaging,
    by,
    'setLegalHold',
    { ticketId, reason: 'Court order', idempotencyKey },
    'hold { id reason liftedAt heldCopies { edges { node { version body } } } }',
  );
const lift = (by: Actor, holdId: string) =>
  change(messaging, by, 'liftLegalHold', { holdId, reason: 'Settled' }, 'hold { liftedAt liftedBy { id } }');

describe('messages are kept for their time', () => {
  it('from the end of the ticket; markers and counters go before them, and numbers go on', async () => {
    const consultation = await openedTicket(messaging, { kind: 'consultation' });
    const { threadId, doctor, patient, pharmacist, events } = consultation;
    const clientId = newId();
    const { message } = await send(messaging, doctor, { threadId, body: 'A secret word', clientId });
    await send(messaging, doctor, { threadId, replyToId: message!.id });
    await change(messaging, patient, 'markRead', { threadId, upTo: 1 }, 'thread { id }');
    await tell(messaging, events.moved('created', 'sent'));
    await after(99);
    expect(await messagesOf(patient, threadId)).toHaveLength(3);
    await after(2);
    expect(await look(messaging, patient, threadId)).toMatchObject({
      lastNumber: 3,
      lastReadNumber: 3,
      unreadCount: 0,
      messages: { edges: [] },
    });
    for (const actor of [patient, doctor, pharmacist])
      expect(await unreadTotals(actor)).toEqual({ stored: 0, recounted: 0, difference: 0 });
    const told = (await messaging.emitted(ThreadPurged)).filter(({ data }) => data.threadId === threadId);
    expect(told.map(({ data }) => data.upTo)).toEqual([3]);

    expect((await send(messaging, doctor, { threadId })).message!.number).toBe(4);
    expect(await look(messaging, patient, threadId)).toMatchObject({ unreadCount: 1 });
    expect(await unreadTotals(patient)).toMatchObject({ stored: 1, difference: 0 });
    expect(await send(messaging, doctor, { threadId, body: 'A secret word', clientId })).toMatchObject({
      message: null,
      userErrors: [{ code: 'EXPIRED', path: ['input', 'clientId'] }],
    });
    const { thread } = await messaging.query(
      patient,
      `query ($id: ID!) { thread(id: $id) { purgedUpTo messages(last: 10) { pageInfo { hasPreviousPage } }
         old: changesSince(after: 0) { resync cursor } } }`,
      { id: threadId },
    );
    expect(thread).toMatchObject({
      purgedUpTo: 3,
      messages: { pageInfo: { hasPreviousPage: false } },
      old: { resync: true },
    });
    const left = await messaging.sql(
      `SELECT (SELECT count(*)::int FROM message WHERE thread_id = $1) AS messages,
         (SELECT count(*)::int FROM search_entry WHERE thread_id = $1) AS entries`,
      [threadId],
    );
    expect(left).toEqual([{ messages: 1, entries: 1 }]);
    await after(101);
    expect(await messagesOf(patient, threadId)).toEqual([]);
  });

  it('as clinical, once there is an instruction among them; idle ones, too', async () => {
    const talk = await openedTicket(messaging, { kind: 'consultation' });
    await send(messaging, talk.doctor, { threadId: talk.threadId, instructions: true });
    const prescription = await openedTicket(messaging);
    await send(messaging, prescription.doctor, { threadId: prescription.threadId });
    await after(500);
    for (const { patient, threadId } of [talk, prescription])
      expect(await messagesOf(patient, threadId)).toEqual([1]);
    await after(501);
    for (const { patient, threadId } of [talk, prescription])
      expect(await messagesOf(patient, threadId)).toEqual([]);
  });

  it('and what happened one by one for a shorter time', async () => {
    const { threadId, doctor, patient } = await openedTicket(messaging);
    await send(messaging, doctor, { threadId });
    await after(11);
    await send(messaging, doctor, { threadId });
    const { thread } = await messaging.query(
      patient,
      `query ($id: ID!) { thread(id: $id) { old: changesSince(after: 0) { resync }
         fresh: changesSince(after: 1) { resync changes { cursor } } } }`,
      { id: threadId },
    );
    expect(thread).toEqual({ old: { resync: true }, fresh: { resync: false, changes: [{ cursor: 2 }] } });
    expect(await messagesOf(patient, threadId)).toEqual([1, 2]);
  });
});

describe('a legal hold', () => {
  it('wins over time and over deletion, until a second person lifts it', async () => {
    const {
      threadId,
      id: ticketId,
      doctor,
      patient,
    } = await openedTicket(messaging, { kind: 'consultation' });
    const { message } = await send(messaging, doctor, { threadId, body: 'First words' });
    const key = newId();
    const { hold: held } = await hold(admin, ticketId, key);
    expect((await hold(admin, ticketId, key))['hold'].id).toBe(held.id);
    const edit = { messageId: message!.id, body: 'Second words', expectedVersion: 1 };
    await change(messaging, doctor, 'editMessage', edit, 'message { id }');
    await change(messaging, doctor, 'deleteMessage', { messageId: message!.id }, 'message { id }');
    await send(messaging, doctor, { threadId });
    const words = { threadId, clientId: newId(), body: 'Beside it' };
    const { note } = await change(messaging, doctor, 'writeNote', words, 'note { id }');
    await change(messaging, doctor, 'deleteNote', { noteId: note.id }, 'note { id }');
    const { legalHolds } = await messaging.query(
      admin,
      `{ legalHolds(first: 100) { edges { node { id ticket { id } heldCopies { edges { node { version body } } } } } } }`,
    );
    const copies = [
      { node: { version: 1, body: 'First words' } },
      { node: { version: 2, body: 'Second words' } },
      { node: { version: 1, body: 'Beside it' } },
    ];
    expect(legalHolds.edges).toEqual([
      { node: { id: held.id, ticket: { id: ticketId }, heldCopies: { edges: copies } } },
    ]);
    expect((await look(messaging, patient, threadId)).messages.edges[0].node.body).toBe('');
    await after(400);
    expect(await messagesOf(patient, threadId)).toEqual([1, 2]);
    const report = async () =>
      (await messaging.query(admin, '{ retentionReport { retentionClass days held due } }'))[
        'retentionReport'
      ].find((each: { retentionClass: string }) => each.retentionClass === 'CHAT');
    expect(await report()).toMatchObject({ days: 100, held: 1, due: 0 });

    expect(await lift(admin, held.id)).toMatchObject({ userErrors: [{ code: 'NOT_ALLOWED' }] });
    expect(await lift(second, held.id)).toMatchObject({ hold: { liftedBy: { id: second.userId } } });
    expect(await messaging.sql('SELECT 1 FROM held_copy WHERE thread_id = $1', [threadId])).toEqual([]);
    await after(2);
    expect(await messagesOf(patient, threadId)).toEqual([]);
    expect(await report()).toMatchObject({ held: 0 });
  });

  it('is for those who may, and cannot be lifted alone even past the service', async () => {
    const { id, doctor, patient } = await openedTicket(messaging);
    for (const actor of [doctor, patient]) await expect(hold(actor, id)).rejects.toThrow('FORBIDDEN');
    expect(await hold(admin, newId())).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    const { hold: held } = await hold(admin, id);
    const alone = `UPDATE legal_hold SET lifted_by = set_by, lifted_at = now(), lift_reason = 'alone' WHERE id = $1`;
    await expect(messaging.sql(alone, [held.id])).rejects.toThrow(/check constraint/);
  });
});

it('the settings say what is wrong with them', () => {
  const env = { ...messaging.env, RETENTION_DAYS: 'clinical=0', RETENTION_CLASSES: 'consultation=gossip' };
  expect(() => messagingConfig(env)).toThrow(/RETENTION_CLASSES: must be[^]*RETENTION_DAYS: must be/);
});
