import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { MemberLeft, MessagePosted, ThreadOpened } from '@carethread/contracts/events/messaging.ts';
import { PrescriptionBlocked } from '@carethread/contracts/events/prescriptions.ts';
import { newId, type TicketId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import {
  look,
  type Messaging,
  newTicket,
  openedTicket,
  send,
  startMessaging,
  tell,
  type Ticket,
  ticketEvents,
} from './messaging.ts';

let messaging: Messaging;
beforeAll(async () => void (messaging = await startMessaging()));
afterAll(() => messaging.close());

/** What the gateway asks after it has fetched version and parties from tickets. */
async function threadOf(ticket: Ticket, actor: Actor, version = 1): Promise<string | null> {
  const parties = [
    { principalId: ticket.patient.userId, role: 'PATIENT' },
    { principalId: ticket.doctor.userId, role: 'DOCTOR' },
    { principalId: ticket.pharmacist.organisationId, role: 'PHARMACY' },
  ];
  const found = await messaging.query(
    actor,
    'query ($seen: [_Any!]!) { _entities(representations: $seen) { ... on Ticket { thread { id } } } }',
    { seen: [{ __typename: 'Ticket', id: ticket.id, version, parties }] },
  );
  return found['_entities'][0].thread?.id ?? null;
}

const openings = async (ticket: Ticket) =>
  (await messaging.emitted(ThreadOpened)).filter(({ data }) => data.ticketId === ticket.id);
const rolesIn = async (threadId: string) =>
  (
    await messaging.sql<{ role: string; principal_id: string }>(
      'SELECT role, principal_id FROM member WHERE thread_id = $1 AND left_at IS NULL ORDER BY role',
      [threadId],
    )
  ).map(({ role, principal_id }) => [role, principal_id]);

describe('a thread', () => {
  it('exists as soon as its ticket does, with all parties', async () => {
    const ticket = await openedTicket(messaging);
    const { threadId, patient, doctor, pharmacist, id, orderId } = ticket;
    expect(await rolesIn(threadId)).toEqual([
      ['doctor', doctor.userId],
      ['patient', patient.userId],
      ['pharmacy', pharmacist.organisationId],
    ]);
    expect(await openings(ticket)).toMatchObject([{ aggregateId: threadId, sequence: 1 }]);
    const { data } = await messaging.ask(
      doctor,
      `query ($id: ID!, $order: ID!) {
         threadOfTicket(ticketId: $id) { id orderType orderId status lastNumber unreadCount ticket { id } }
         threadOfOrder(orderId: $order) { id }
         other: threadOfOrder(orderId: $order, orderType: REFERRAL) { id } }`,
      { id, order: orderId },
    );
    expect(data).toEqual({
      threadOfTicket: {
        id: threadId,
        orderType: 'PRESCRIPTION',
        orderId,
        status: 'OPEN',
        lastNumber: 0,
        unreadCount: 0,
        ticket: { id },
      },
      threadOfOrder: { id: threadId },
      other: null,
    });
  });

  it('is made once, whoever is first: many readers and the event at the same time', async () => {
    const ticket = newTicket();
    const events = ticketEvents(ticket);
    const readers = [ticket.patient, ticket.doctor, ticket.pharmacist];
    const [ids] = await Promise.all([
      Promise.all(Array.from({ length: 30 }, (_, n) => threadOf(ticket, readers[n % 3]!))),
      tell(messaging, events.opened()),
    ]);
    expect(new Set(ids).size).toBe(1);
    expect(await messaging.sql('SELECT id FROM thread WHERE ticket_id = $1', [ticket.id])).toHaveLength(1);
    expect(await rolesIn(ids[0]!)).toHaveLength(3);
    expect(await openings(ticket)).toHaveLength(1);
  });

  it('is not made for somebody who is no party', async () => {
    const ticket = newTicket();
    expect(await threadOf(ticket, person('doctor'))).toBeNull();
    expect(await messaging.sql('SELECT id FROM thread WHERE ticket_id = $1', [ticket.id])).toEqual([]);
  });

  it('learns its order from the event when a reader was first', async () => {
    const ticket = newTicket({ kind: 'referral' });
    const threadId = await threadOf(ticket, ticket.patient);
    const ask = async () =>
      (
        await messaging.ask(ticket.patient, 'query ($id: ID!) { thread(id: $id) { orderId orderType } }', {
          id: threadId,
        })
      ).data['thread'];
    expect(await ask()).toEqual({ orderId: null, orderType: null });
    await tell(messaging, ticketEvents(ticket).opened());
    expect(await ask()).toEqual({ orderId: ticket.orderId, orderType: 'REFERRAL' });
    expect(await openings(ticket)).toHaveLength(1);
  });

  it('made by a reader who knows more than the events does not go back with them', async () => {
    const ticket = newTicket();
    const events = ticketEvents(ticket);
    const opened = events.opened();
    const [second, third] = [person('pharmacist'), person('pharmacist')];
    const changes = [
      events.pharmacyChanged(second.organisationId),
      events.pharmacyChanged(third.organisationId),
    ];
    const threadId = await threadOf({ ...ticket, pharmacist: third }, ticket.patient, 3);
    await tell(messaging, opened, ...changes);
    expect((await rolesIn(threadId!)).at(-1)).toEqual(['pharmacy', third.organisationId]);
    expect(await messaging.emitted(MemberLeft)).toEqual([]);
    expect(await look(messaging, second, threadId!)).toBeNull();
  });
});

describe('events about tickets', () => {
  it('have their effect once, however often they come', async () => {
    const { threadId, patient, events } = await openedTicket(messaging);
    const [sent, changed] = [
      events.moved('created', 'sent'),
      events.pharmacyChanged(newId<'Organisation'>()),
    ];
    await tell(messaging, sent, sent, sent, changed, changed, changed, sent);
    const thread = await look(messaging, patient, threadId);
    expect(thread.lastNumber).toBe(1);
    expect(
      (await messaging.emitted(MemberLeft)).filter(({ aggregateId }) => aggregateId === threadId),
    ).toHaveLength(1);
  });

  it('have the same effect after the memory of them was cleaned up', async () => {
    const { threadId, patient, events } = await openedTicket(messaging);
    const sent = events.moved('created', 'sent');
    await tell(messaging, sent);
    await messaging.sql('DELETE FROM bus.inbox WHERE event_id = $1', [sent.id]);
    await tell(messaging, sent);
    expect((await look(messaging, patient, threadId)).lastNumber).toBe(1);
  });

  it.each([
    [0, 1, 2, 3, 4],
    [4, 3, 2, 1, 0],
    [2, 0, 4, 1, 3],
    [3, 4, 1, 0, 2],
    [1, 2, 0, 3, 4],
    [2, 1, 4, 3, 0],
  ])('lead to the same in any order: %i %i %i %i %i', async (...order) => {
    const ticket = newTicket();
    const { opened, moved, pharmacyChanged } = ticketEvents(ticket);
    const last = person('pharmacist');
    const story = [
      opened(),
      pharmacyChanged(newId<'Organisation'>()),
      moved('created', 'sent'),
      pharmacyChanged(last.organisationId),
      moved('sent', 'cancelled'),
    ];
    for (const at of order) await tell(messaging, story[at]!, story[at]!);
    const { data } = await messaging.ask(
      ticket.patient,
      'query ($id: ID!) { threadOfTicket(ticketId: $id) { id } }',
      {
        id: ticket.id,
      },
    );
    const threadId = data['threadOfTicket'].id;
    const thread = await look(messaging, ticket.patient, threadId);
    expect(thread).toMatchObject({ status: 'CLOSED', lastNumber: 2, unreadCount: 0 });
    const texts = thread.messages.edges.map(({ node }: { node: { body: string } }) => node.body);
    expect(texts.sort()).toEqual(['This was cancelled.', 'This was sent.']);
    expect(await rolesIn(threadId)).toEqual([
      ['doctor', ticket.doctor.userId],
      ['patient', ticket.patient.userId],
      ['pharmacy', last.organisationId],
    ]);
    expect(await openings(ticket)).toHaveLength(1);
  });
});

describe('a safety check with points for the doctor', () => {
  async function blocked(ticketId: TicketId, cause?: string): Promise<string> {
    const prescriptionId = newId<'Prescription'>();
    const event = {
      id: newId<'Event'>(),
      aggregateId: prescriptionId,
      sequence: 1,
      data: { prescriptionId, ticketId, verdict: 'findings' as const, open: 2, cause },
    };
    await messaging.publish(PrescriptionBlocked, event);
    await messaging.publish(PrescriptionBlocked, event);
    await messaging.drain();
    return prescriptionId;
  }

  it('is said once, in codes, without the points, and reaches every inbox of the thread', async () => {
    const { id, threadId, doctor, patient, pharmacist } = await openedTicket(messaging);
    const prescriptionId = await blocked(id, 'catalog_release');
    const { data } = await messaging.ask(
      patient,
      `query ($id: ID!) { thread(id: $id) { lastNumber unreadCount messages(last: 1) { edges { node {
         kind body prescription { id } system { code params { name value } } } } } } }`,
      { id: threadId },
    );
    expect(data['thread']).toMatchObject({ lastNumber: 1, unreadCount: 0 });
    expect(data['thread'].messages.edges[0].node).toEqual({
      kind: 'SYSTEM',
      body: 'A routine check has a question for the doctor. The prescription goes on when it is answered.',
      prescription: { id: prescriptionId },
      system: {
        code: 'prescription.needs_doctor',
        params: [{ name: 'cause', value: 'catalog_release' }],
      },
    });
    const posted = (await messaging.emitted(MessagePosted)).filter((each) => each.data.threadId === threadId);
    expect(posted.map((each) => each.data.memberIds.toSorted())).toEqual([
      [doctor.userId, patient.userId, pharmacist.organisationId].toSorted(),
    ]);
  });

  it('is not said at signing, where the doctor sees it', async () => {
    const { id, threadId, patient } = await openedTicket(messaging);
    await blocked(id, 'signed');
    await blocked(id);
    expect((await look(messaging, patient, threadId)).lastNumber).toBe(0);
  });
});

describe('a change of status', () => {
  it('is one message of the system, in codes and in English, unread for nobody', async () => {
    const { threadId, patient, events } = await openedTicket(messaging);
    await tell(messaging, events.moved('created', 'sent', 'released'));
    const { data } = await messaging.ask(
      patient,
      `query ($id: ID!) { thread(id: $id) { unreadCount messages(last: 1) { edges { node {
         number kind routing body sender { __typename } sentBy { id } status system { code params { name value } } } } } } }`,
      { id: threadId },
    );
    expect(data['thread'].unreadCount).toBe(0);
    expect(data['thread'].messages.edges[0].node).toEqual({
      number: 1,
      kind: 'SYSTEM',
      routing: 'AUTO',
      body: 'This was sent.',
      sender: null,
      sentBy: null,
      status: null,
      system: {
        code: 'ticket.moved',
        params: [
          { name: 'from', value: 'created' },
          { name: 'reason', value: 'released' },
          { name: 'to', value: 'sent' },
        ],
      },
    });
  });

  it('is not told when only the holder changed', async () => {
    const { threadId, patient, events } = await openedTicket(messaging);
    await tell(messaging, events.moved('received', 'received', 'taken_over'));
    expect((await look(messaging, patient, threadId)).lastNumber).toBe(0);
  });

  it('gives a ticket that was open to any pharmacy the one that claimed it', async () => {
    const claimer = person('pharmacist');
    const ticket = newTicket();
    const events = ticketEvents(ticket);
    await tell(messaging, events.opened(null));
    await tell(messaging, events.moved('sent', 'received', 'claimed', claimer.organisationId));
    const { data } = await messaging.ask(
      claimer,
      'query ($id: ID!) { threadOfTicket(ticketId: $id) { status } }',
      {
        id: ticket.id,
      },
    );
    expect(data['threadOfTicket']).toEqual({ status: 'OPEN' });
  });

  it('that ends the ticket closes the thread: it is read, not written', async () => {
    const { threadId, patient, doctor, events } = await openedTicket(messaging);
    await tell(messaging, events.moved('created', 'cancelled'));
    expect(await send(messaging, doctor, { threadId })).toMatchObject({
      message: null,
      userErrors: [{ code: 'ILLEGAL_MOVE', currentStatus: 'CLOSED' }],
    });
    expect(await look(messaging, patient, threadId)).toMatchObject({ status: 'CLOSED', lastNumber: 1 });
  });
});
