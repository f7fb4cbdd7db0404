import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { MemberLeft, MessagePosted } from '@carethread/contracts/events/messaging.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { colleagueOf, look, type Messaging, openedTicket, send, startMessaging, tell } from './messaging.ts';

let messaging: Messaging;
beforeAll(async () => void (messaging = await startMessaging()));
afterAll(() => messaging.close());

type Opened = Awaited<ReturnType<typeof openedTicket>>;

/** Every way to a thread and its messages: what comes back, and what a change is answered with. */
async function tryEveryDoor(
  actor: Actor | null,
  { threadId, id: ticketId, orderId }: Opened,
  messageId: string,
) {
  const read = await messaging.ask(
    actor,
    `query ($thread: ID!, $ticket: ID!, $order: ID!) {
       thread(id: $thread) { id }
       threadOfTicket(ticketId: $ticket) { id }
       threadOfOrder(orderId: $order) { id }
       inbox { unreadCount threads { edges { node { id } } } unread: threads(unreadOnly: true) { edges { node { id } } } }
       outbox { messages { edges { node { id } } } }
       verifyUnread { stored recounted } }`,
    { thread: threadId, ticket: ticketId, order: orderId },
  );
  // By itself: to who is not signed in this is refused as a whole, and it cannot be null.
  const named = await messaging.ask(
    actor,
    `query ($seen: [_Any!]!) {
       _entities(representations: $seen) { ... on Thread { id lastNumber } ... on Message { id number body } ... on Ticket { thread { id } } } }`,
    {
      seen: [
        { __typename: 'Thread', id: threadId },
        { __typename: 'Message', id: messageId },
        { __typename: 'Ticket', id: ticketId },
      ],
    },
  );
  const write = await messaging.ask(
    actor,
    `mutation ($thread: ID!, $message: ID!, $client: ID!) {
       sendMessage(input: { threadId: $thread, clientId: $client, body: "let me in" }) { message { id } userErrors { code } }
       markRead(input: { threadId: $thread, upTo: 1 }) { thread { id } userErrors { code } }
       markUnread(input: { messageId: $message }) { thread { id } userErrors { code } }
       markDelivered(input: { threadId: $thread, upTo: 1 }) { thread { id } userErrors { code } }
       editMessage(input: { messageId: $message, body: "mine", expectedVersion: 1 }) { message { id } current { id } userErrors { code } }
       deleteMessage(input: { messageId: $message }) { message { id } userErrors { code } }
       reportMessage(input: { messageId: $message, reason: SPAM }) { reportId userErrors { code } }
       muteThread(input: { threadId: $thread }) { thread { id } userErrors { code } }
       saveDraft(input: { threadId: $thread, body: "x", expectedVersion: 0 }) { draft { body } userErrors { code } } }`,
    { thread: threadId, message: messageId, client: newId() },
  );
  return { read: read.data, named: named.data, write: write.data };
}

const nothing = {
  read: {
    thread: null,
    threadOfTicket: null,
    threadOfOrder: null,
    inbox: { unreadCount: 0, threads: { edges: [] }, unread: { edges: [] } },
    outbox: { messages: { edges: [] } },
    verifyUnread: { stored: 0, recounted: 0 },
  },
  named: { _entities: [null, null, { thread: null }] },
  write: {
    sendMessage: { message: null, userErrors: [{ code: 'NOT_FOUND' }] },
    markRead: { thread: null, userErrors: [{ code: 'NOT_FOUND' }] },
    markUnread: { thread: null, userErrors: [{ code: 'NOT_FOUND' }] },
    markDelivered: { thread: null, userErrors: [{ code: 'NOT_FOUND' }] },
    editMessage: { message: null, current: null, userErrors: [{ code: 'NOT_FOUND' }] },
    deleteMessage: { message: null, userErrors: [{ code: 'NOT_FOUND' }] },
    reportMessage: { reportId: null, userErrors: [{ code: 'NOT_FOUND' }] },
    muteThread: { thread: null, userErrors: [{ code: 'NOT_FOUND' }] },
    saveDraft: { draft: null, userErrors: [{ code: 'NOT_FOUND' }] },
  },
};

describe('somebody who is no member', () => {
  it.each<[string, (opened: Opened) => Actor]>([
    ['another patient', () => person('patient')],
    [
      'another doctor of the same clinic',
      ({ doctor }) => person('doctor', { organisationId: doctor.organisationId }),
    ],
    ['a pharmacist elsewhere', () => person('pharmacist')],
    ['an administrator', () => person('administrator')],
    [
      'an administrator of the pharmacy',
      ({ pharmacist: { organisationId } }) => person('administrator', { organisationId }),
    ],
    ['the pharmacist as a private person', ({ pharmacist: { userId } }) => person('patient', { userId })],
    [
      'the doctor when acting for another pharmacy',
      ({ doctor: { userId } }) => person('pharmacist', { userId }),
    ],
  ])('%s finds every door closed', async (_, who) => {
    const opened = await openedTicket(messaging);
    const { message } = await send(messaging, opened.doctor, { threadId: opened.threadId });
    await send(messaging, opened.pharmacist, { threadId: opened.threadId });
    expect(await tryEveryDoor(who(opened), opened, message!.id)).toEqual(nothing);
    expect((await look(messaging, opened.patient, opened.threadId)).lastNumber).toBe(2);
  });

  it('gets nothing without signing in', async () => {
    const opened = await openedTicket(messaging);
    const { message } = await send(messaging, opened.doctor, { threadId: opened.threadId });
    const { read, named, write } = await tryEveryDoor(null, opened, message!.id);
    const closed = { thread: null, threadOfTicket: null, threadOfOrder: null, inbox: null, outbox: null };
    expect(read).toEqual({ ...closed, verifyUnread: null });
    expect(named).toBeNull();
    expect(write).toBeNull();
  });
});

describe('a former pharmacy', () => {
  it('finds every door closed from that moment, and the thread is told', async () => {
    const opened = await openedTicket(messaging);
    const { threadId, id, patient, pharmacist, events } = opened;
    const own = await send(messaging, pharmacist, { threadId });
    await send(messaging, patient, { threadId });
    const successor = person('pharmacist');
    await tell(messaging, events.pharmacyChanged(successor.organisationId));

    for (const actor of [pharmacist, colleagueOf(pharmacist)])
      expect(await tryEveryDoor(actor, opened, own.message!.id)).toEqual(nothing);
    const left = (await messaging.emitted(MemberLeft)).filter(({ aggregateId }) => aggregateId === threadId);
    expect(left).toMatchObject([{ data: { threadId, ticketId: id, memberId: pharmacist.organisationId } }]);

    const after = await send(messaging, patient, { threadId });
    const told = (await messaging.emitted(MessagePosted)).find(
      ({ data }) => data.messageId === after.message!.id,
    );
    expect(told!.data.memberIds).toContain(successor.organisationId);
    expect(told!.data.memberIds).not.toContain(pharmacist.organisationId);
  });

  it('hands a thread on whose history is open to the new one, and unread', async () => {
    const { threadId, patient, pharmacist, events } = await openedTicket(messaging);
    await send(messaging, patient, { threadId });
    await send(messaging, pharmacist, { threadId });
    const successor = person('pharmacist');
    await tell(messaging, events.pharmacyChanged(successor.organisationId));
    const thread = await look(messaging, successor, threadId);
    expect(thread).toMatchObject({ lastNumber: 2, unreadCount: 2 });
    expect(thread.messages.edges).toHaveLength(2);
    expect((await look(messaging, patient, threadId)).members).toContainEqual({
      role: 'PHARMACY',
      participant: { __typename: 'Organisation', id: successor.organisationId },
    });
  });

  it('that is chosen again goes on reading where it stopped', async () => {
    const { threadId, patient, pharmacist, events } = await openedTicket(messaging);
    await send(messaging, patient, { threadId });
    await messaging.ask(
      pharmacist,
      'mutation ($id: ID!) { markRead(input: { threadId: $id, upTo: 1 }) { userErrors { code } } }',
      { id: threadId },
    );
    await tell(messaging, events.pharmacyChanged(newId<'Organisation'>()));
    await send(messaging, patient, { threadId });
    await send(messaging, patient, { threadId });
    await tell(messaging, events.pharmacyChanged(pharmacist.organisationId));
    expect(await look(messaging, pharmacist, threadId)).toMatchObject({ unreadCount: 2, lastReadNumber: 1 });
  });

  it('cannot slip a message in while it is being removed', async () => {
    const { threadId, patient, pharmacist, events } = await openedTicket(messaging);
    const [, ...outcomes] = await Promise.all([
      tell(messaging, events.pharmacyChanged(newId<'Organisation'>())),
      ...Array.from({ length: 20 }, () => send(messaging, pharmacist, { threadId })),
    ]);
    const sent = outcomes.filter(({ message }) => message).length;
    const events_ = await messaging.sql<{ type: string }>(
      `SELECT type FROM (SELECT * FROM bus.outbox UNION ALL SELECT * FROM bus.event_log) AS told
       WHERE aggregate_id = $1 ORDER BY sequence`,
      [threadId],
    );
    const types = events_.map(({ type }) => type.split('.')[2]);
    expect(types).toEqual(['opened', ...Array(sent).fill('posted'), 'left']);
    expect((await look(messaging, patient, threadId)).lastNumber).toBe(sent);
  });
});

describe('the database', () => {
  const personal = [
    'thread',
    'member',
    'message',
    'message_revision',
    'thread_change',
    'note_book',
    'note',
    'draft',
    'search_entry',
    'spent_client_id',
    'legal_hold',
    'message_report',
    'sender_block',
    'held_copy',
    'inbox',
    'unread_repair',
    'record_access',
    'audit_officer',
    'access_question',
  ];

  it('forces row security on every table of its own', async () => {
    const tables = await messaging.sql(
      `SELECT relname, relrowsecurity AND relforcerowsecurity AS forced FROM pg_class
       WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND relname NOT LIKE '\\_%'`,
    );
    expect(tables.map(({ relname }) => relname).sort()).toEqual([...personal].sort());
    expect(tables.every(({ forced }) => forced)).toBe(true);
  });

  it('shows the application nothing while nobody asks', async () => {
    await openedTicket(messaging);
    const forWorkers = ['unread_repair', 'legal_hold', 'held_copy'];
    for (const table of personal.filter((name) => !forWorkers.includes(name)))
      expect(await messaging.sqlAsApp(`SELECT * FROM ${table}`)).toEqual([]);
    for (const table of forWorkers)
      await expect(messaging.sqlAsApp(`SELECT * FROM ${table}`)).rejects.toThrow(/permission denied/);
  });

  it.each([
    [
      'post for somebody else',
      `INSERT INTO message (id, thread_id, number, kind, routing, sender_id, sent_by, client_id, body, sent_at)
       VALUES (gen_random_uuid(), $1, 1, 'text', 'direct', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'x', now())`,
    ],
    ['change who sent a message', `UPDATE message SET sent_by = NULL WHERE thread_id = $1`],
    ['delete a message', `DELETE FROM message WHERE thread_id = $1`],
    [
      'add a member',
      `INSERT INTO member (thread_id, principal_id, role, joined_at, active_at) VALUES ($1, gen_random_uuid(), 'doctor', now(), now())`,
    ],
    ['let somebody in', `UPDATE thread SET member_ids = '{}' WHERE id = $1`],
    ['write a total', `UPDATE inbox SET unread_count = 0 WHERE $1::uuid IS NOT NULL`],
  ])('does not let the application %s', async (_, statement) => {
    const { threadId, patient } = await openedTicket(messaging);
    const asPatient = messaging.service.database.asActor(patient, (tx) => tx.query(statement, [threadId]));
    await expect(asPatient).rejects.toThrow(/permission denied|row-level security/);
  });
});
