import { AccessQuestionClosed, AccessQuestioned } from '@carethread/contracts/events/messaging.ts';
import { type AccessSummary, auditIdOf, TicketsAuditSealed } from '@carethread/contracts/events/audit.ts';
import { MembershipGranted } from '@carethread/contracts/events/identity.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { mutationText } from '@carethread/service-kit/testing/mutation-text.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Messaging, newTicket, startMessaging, ticketEvents } from './messaging.ts';

let messaging: Messaging;
let seals = 0;
const [patient, doctor, officer, lateOfficer] = [
  person('patient'),
  person('doctor'),
  person('administrator'),
  person('administrator'),
];

beforeAll(async () => {
  messaging = await startMessaging();
  await appoint(officer);
});
afterAll(() => messaging.close());

const appoint = async (
  { userId, membershipId, organisationId }: Actor,
  permissions = ['ReviewAudit'],
  sequence = 1,
) => {
  const data = { membershipId, userId, organisationId, role: 'administrator' as const, permissions };
  await messaging.publish(MembershipGranted, { aggregateId: membershipId, sequence, data });
};
const access = (reader: Actor, at: string, more: Partial<AccessSummary> = {}): AccessSummary => ({
  patientId: patient.userId,
  userId: reader.userId,
  organisationId: reader.organisationId,
  role: reader.role,
  proxyId: null,
  action: 'R',
  kind: 'Prescription',
  purpose: 'TREAT',
  times: 1,
  entityIds: [newId<'Entity'>()],
  firstAt: at,
  lastAt: at,
  ...more,
});
/** What the audit of tickets would tell. */
const told = async (...accesses: AccessSummary[]) => {
  seals += 1;
  const data = { seal: seals, position: seals * 10, hash: '00'.repeat(32), accesses };
  await messaging.publish(TicketsAuditSealed, { aggregateId: auditIdOf('tickets'), sequence: seals, data });
  await messaging.drain();
};
const fields = `id byWhom deed kind purpose emergency times firstAt lastAt entityIds reader { id } organisation { id }
  question { id } sentence`;
const list = async (actor: Actor, args = '') => {
  const { myRecordAccesses } = await messaging.query(
    actor,
    `{ myRecordAccesses${args} { edges { cursor node { ${fields} } } pageInfo { hasNextPage } } }`,
  );
  return myRecordAccesses.edges.map(({ node }: { node: object }) => node);
};
const question = (actor: Actor, accessId: string, text: string, idempotencyKey: string = newId()) =>
  messaging
    .query(
      actor,
      mutationText(
        'questionAccess',
        `access { id question { id } } ticket { id }
         thread { id questionedAccess { id } messages(last: 5) { edges { node { body sender { ... on User { id } } } } } }`,
      ),
      { input: { accessId, text, idempotencyKey } },
    )
    .then(({ questionAccess }) => questionAccess);

describe('a patient’s view of who accessed their record (U-08)', () => {
  it('has a line for each hour, person and thing, newest first, from every service', async () => {
    await told(
      access(doctor, '2026-11-20T09:10:00.000Z'),
      access(doctor, '2026-11-20T10:10:00.000Z', { kind: 'Ticket' }),
      access(patient, '2026-11-20T10:11:00.000Z', { purpose: 'PATRQT' }),
      { ...access(doctor, '2026-11-20T10:12:00.000Z', { purpose: 'HOPERAT' }), userId: null },
      access(doctor, '2026-11-20T10:13:00.000Z', { patientId: newId<'User'>() }),
    );
    await told(access(doctor, '2026-11-20T09:40:00.000Z', { times: 2 }));
    const lines = await list(patient);
    expect(lines).toMatchObject([
      { kind: 'Ticket', byWhom: 'PERSON', reader: { id: doctor.userId }, times: 1 },
      {
        kind: 'Prescription',
        deed: 'READ',
        purpose: 'TREATMENT',
        emergency: false,
        times: 3,
        firstAt: '2026-11-20T09:10:00.000Z',
        lastAt: '2026-11-20T09:40:00.000Z',
        organisation: { id: doctor.organisationId },
        sentence: expect.stringContaining('read your prescriptions, for your treatment, on 20 November 2026'),
      },
    ]);
    expect(lines[1].entityIds).toHaveLength(2);
    expect(await list(patient, '(first: 1)')).toHaveLength(1);
    expect(await list(patient, '(includeOwn: true)')).toHaveLength(3);
    expect(await list(patient, '(includeOwn: true, includeSystem: true)')).toHaveLength(4);
  });

  it('pages without loss or repeat, and is nobody else’s to see', async () => {
    const seen: string[] = [];
    for (let after = ''; ;) {
      const { myRecordAccesses: page } = await messaging.query(
        patient,
        `query ($after: String) { myRecordAccesses(first: 1, after: $after, includeOwn: true) {
           edges { node { id } } pageInfo { hasNextPage endCursor } } }`,
        { after: after || null },
      );
      seen.push(page.edges[0].node.id);
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(new Set(seen).size).toBe(3);
    for (const other of [doctor, officer, person('patient')]) expect(await list(other)).toEqual([]);
  });

  it('marks what an emergency access made possible', async () => {
    await told(access(person('doctor'), '2026-11-20T12:00:00.000Z', { purpose: 'ETREAT' }));
    expect((await list(patient))[0]).toMatchObject({ purpose: 'EMERGENCY', emergency: true });
  });

  it('takes names from the gateway for the sentence', async () => {
    const [{ id }] = await list(patient);
    const { _entities } = await messaging.query(
      patient,
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on RecordAccess { sentence } } }',
      {
        r: [
          {
            __typename: 'RecordAccess',
            id,
            reader: { __typename: 'User', displayName: 'Dr Amina Okafor' },
            proxy: null,
            organisation: { __typename: 'Organisation', name: 'Northside Clinic' },
          },
        ],
      },
    );
    expect(_entities[0].sentence).toMatch(
      /^Dr Amina Okafor \(Northside Clinic\) read your prescription, in an emergency/,
    );
  });

  it('has what happened here as well: who read the thread, and who wrote in it', async () => {
    const ticket = newTicket();
    const opened = ticketEvents(ticket).opened();
    await messaging.publish(opened.definition, opened);
    await messaging.drain();
    const read =
      '{ threadOfTicket(ticketId: "' + ticket.id + '") { id messages(last: 5) { edges { node { id } } } } }';
    await messaging.query(ticket.doctor, mutationText('sendMessage', 'message { id }'), {
      input: { ticketId: ticket.id, clientId: newId(), body: 'Good morning' },
    });
    await messaging.query(ticket.doctor, read);
    expect((await messaging.query(person('doctor'), read))['threadOfTicket']).toBeNull();
    await messaging.drain();
    const lines: { kind: string; deed: string; reader: { id: string } }[] = await list(ticket.patient);
    expect(new Set(lines.map(({ kind, deed }) => `${deed} ${kind}`))).toEqual(
      new Set(['CREATED Message', 'READ Message', 'READ Thread']),
    );
    expect(lines.every(({ reader }) => reader.id === ticket.doctor.userId)).toBe(true);
  });
});

describe('an access that is questioned', () => {
  it('becomes a thread with an officer, with the question in it, and the news of a ticket', async () => {
    const { id } = (await list(patient)).find((line: { emergency: boolean }) => line.emergency);
    const key = newId();
    const asked = await question(patient, id, 'Why was this opened?', key);
    expect(asked).toMatchObject({
      access: { id, question: { id: asked.thread.id } },
      thread: {
        questionedAccess: { id },
        messages: { edges: [{ node: { body: 'Why was this opened?', sender: { id: patient.userId } } }] },
      },
      userErrors: [],
    });
    expect(await question(patient, id, 'Why was this opened?', key)).toEqual(asked);
    const [event, ...more] = await messaging.emitted(AccessQuestioned);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      data: { ticketId: asked.ticket.id, patientId: patient.userId, officerId: officer.userId, accessId: id },
    });
    expect(JSON.stringify(event)).not.toContain('Why was');

    await messaging.query(officer, mutationText('sendMessage', 'message { id }'), {
      input: { threadId: asked.thread.id, clientId: newId(), body: 'We look into it.' },
    });
    const see = `query ($id: ID!) { thread(id: $id) { questionedAccess { id reader { id } } messages(last: 5) { edges { node { body } } } } }`;
    const { thread } = await messaging.query(officer, see, { id: asked.thread.id });
    expect(thread.questionedAccess).toEqual({ id, reader: { id: expect.any(String) } });
    expect(thread.messages.edges).toHaveLength(2);
    expect((await messaging.query(doctor, see, { id: asked.thread.id }))['thread']).toBeNull();
  });

  it('is answered by the officer it was given to, once, for the patient to read', async () => {
    const { id } = (await list(patient)).find((line: { question: object | null }) => line.question);
    const waiting = async (actor: Actor) => {
      const { questionedAccesses } = await messaging.query(
        actor,
        '{ questionedAccesses { edges { node { id kind } } } }',
      );
      return questionedAccesses.edges.map(({ node }: { node: { id: string } }) => node.id);
    };
    const close = async (actor: Actor, input: object) =>
      (
        await messaging.query(actor, mutationText('closeAccessQuestion', 'access { id answer }'), {
          input: { idempotencyKey: newId(), accessId: id, answer: 'MISTAKEN', text: 'Sorry.', ...input },
        })
      )['closeAccessQuestion'];
    expect(await waiting(officer)).toEqual([id]);
    await expect(waiting(patient)).rejects.toThrow('FORBIDDEN');
    expect((await close(lateOfficer, {})).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const answer = { idempotencyKey: newId(), text: 'Somebody of the same name was meant.' };
    const closed = await close(officer, answer);
    expect(closed).toEqual({ access: { id, answer: 'MISTAKEN' }, userErrors: [] });
    expect(await close(officer, answer)).toEqual(closed);
    expect((await close(officer, { answer: 'MISUSED' })).userErrors).toMatchObject([
      { code: 'ILLEGAL_MOVE', currentStatus: 'MISTAKEN' },
    ]);
    expect(await waiting(officer)).toEqual([]);
    const { myRecordAccesses } = await messaging.query(
      patient,
      '{ myRecordAccesses { edges { node { id answer question { messages(last: 1) { edges { node { body } } } } } } } }',
    );
    const shown = myRecordAccesses.edges.find(({ node }: { node: { id: string } }) => node.id === id).node;
    expect(shown).toMatchObject({
      answer: 'MISTAKEN',
      question: { messages: { edges: [{ node: { body: answer.text } }] } },
    });
    const events = await messaging.emitted(AccessQuestionClosed);
    expect(events.map(({ data }) => [data.accessId, data.answer])).toEqual([[id, 'mistaken']]);
    expect(JSON.stringify(events)).not.toContain(answer.text);
  });

  it('is questioned once, by the patient it is about, and only while somebody is there to answer', async () => {
    const lines: { id: string; kind: string; question: object | null }[] = await list(patient);
    const questioned = lines.find((line) => line.question)!.id;
    const other = lines.find((line) => line.kind === 'Ticket')!.id;
    const code = async (work: Promise<{ userErrors: { code: string }[] }>) =>
      (await work).userErrors[0]?.code;
    expect(await code(question(patient, questioned, 'Again'))).toBe('CONFLICT');
    expect(await code(question(person('patient'), other, 'Mine?'))).toBe('NOT_FOUND');
    expect(await code(question(patient, newId(), 'Which?'))).toBe('NOT_FOUND');
    expect(await code(question(patient, other, ''))).toBe('INVALID');
    await appoint(officer, [], 2);
    await messaging.drain();
    // An old event that comes late, or a second time, makes nobody an officer again.
    await appoint(officer, ['ReviewAudit'], 1);
    await messaging.drain();
    expect(await code(question(patient, other, 'Anybody?'))).toBe('UNAVAILABLE');
    await appoint(lateOfficer);
    await messaging.drain();
    expect((await question(patient, other, 'Anybody?')).userErrors).toEqual([]);
  });
});
