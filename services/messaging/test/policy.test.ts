import { newId } from '@carethread/contracts/ids.ts';
import { principalOf } from '@carethread/contracts/policy/asker.ts';
import { accessQuestionPolicy, recordAccessPolicy } from '@carethread/contracts/policy/audit.ts';
import {
  draftPolicy,
  inboxPolicy,
  memberPolicy,
  messagePolicy,
  notePolicy,
  personalPolicy,
  reportPolicy,
  revisionPolicy,
  searchEntryPolicy,
  threadPolicy,
} from '@carethread/contracts/policy/thread.ts';
import { auditOf, crowd } from '@carethread/service-kit/testing/crowd.ts';
import { rollDice } from '@carethread/service-kit/testing/dice.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { policyDatabase, type PolicyDatabase } from '@carethread/service-kit/testing/policy-database.ts';
import { compare, twin, withoutTwin } from '@carethread/service-kit/testing/policy-twin.ts';
import { personBehind } from '@carethread/contracts/actor.ts';
import { uncovered, visibleToNobody } from '@carethread/service-kit/testing/row-security.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

let database: PolicyDatabase;
beforeAll(async () => {
  database = await policyDatabase('messaging', '.');
});
afterAll(() => database?.drop());

const dice = rollDice(Number(process.env['POLICY_SEED'] ?? Date.now() % 1_000_000));
const world = crowd(dice);
const principals = [...world.patients, ...world.doctors, ...world.pharmacies];

/** A patient, a doctor, a pharmacy; and now and then one of each that has left. */
const threads = Array.from({ length: 120 }, () => {
  const id = newId();
  const seats = [
    { principalId: dice.pick(world.patients), role: 'patient' },
    { principalId: dice.pick(world.doctors), role: 'doctor' },
    ...new Set([dice.pick(world.pharmacies), dice.pick(world.pharmacies)]),
  ].map((seat) => (typeof seat === 'string' ? { principalId: seat, role: 'pharmacy' } : seat));
  const members = seats.map((seat) => ({ ...seat, hasLeft: dice.chance(4) }));
  const memberIds: string[] = members.filter(({ hasLeft }) => !hasLeft).map(({ principalId }) => principalId);
  const staffIds: string[] = members
    .filter(({ hasLeft, role }) => !hasLeft && role !== 'patient')
    .map(({ principalId }) => principalId);
  return { id, members, memberIds, staffIds, messages: [newId(), newId(), newId(), newId()] };
});
const messageRow = (threadId: string, id: string, number: number, senderId: string, sentBy: string) => ({
  id,
  thread_id: threadId,
  number,
  kind: 'text',
  routing: 'direct',
  sender_id: senderId,
  sent_by: sentBy,
  client_id: newId(),
  fingerprint: 'x',
  body: 'x',
  sent_at: new Date(),
});

/** Somebody's words in a thread: mostly as one of the crowd would sign them. */
const drafts = threads.slice(0, 25).map((thread) => {
  const author = dice.pick(world.actors);
  const senderId = dice.chance(3) ? dice.pick(principals) : (principalOf(author) ?? author.userId);
  const sentBy = dice.chance(4) ? dice.pick(world.doctors) : personBehind(author);
  const id = newId();
  return [
    id,
    { facts: { thread, senderId, sentBy }, columns: messageRow(thread.id, id, 9, senderId, sentBy) },
  ] as const;
});

/** They answer for accesses. */
const officers = world.doctors.slice(0, 2).map((userId) => person('administrator', { userId }));
const people = [...world.patients, ...world.doctors];
/** One of each thing beside the messages of a thread. */
const beside = threads.map((thread) => ({
  id: newId(),
  thread,
  userId: dice.pick(people),
  // Of the first message of the thread, or of nobody here.
  sentBy: dice.pick(people),
  patientId: dice.pick(world.patients),
  questioned: dice.chance(2),
  officerId: dice.pick(officers).userId,
  readerIds: thread.memberIds,
}));
type Beside = (typeof beside)[number];
const audit = auditOf(world);
const rowsBeside = <Facts>(facts: (each: Beside) => Facts) =>
  new Map(beside.map((each) => [each.id as string, facts(each)]));
const besideTwins = [
  twin({
    entity: 'Draft',
    table: 'draft',
    key: `user_id || ':' || thread_id`,
    rows: new Map(beside.map((each) => [`${each.userId}:${each.thread.id}`, each])),
    read: draftPolicy.read,
    change: { column: 'version', allowed: draftPolicy.read },
  }),
  twin({
    entity: 'MessageRevision',
    table: 'message_revision',
    key: 'message_id::text',
    rows: new Map(beside.map((each) => [each.thread.messages[0] as string, each])),
    read: revisionPolicy.read,
  }),
  twin({
    entity: 'Note',
    table: 'note',
    key: 'id::text',
    rows: rowsBeside((each) => each),
    read: notePolicy.read,
    change: { column: 'body', allowed: notePolicy.change },
  }),
  twin({
    entity: 'note book',
    table: 'note_book',
    key: 'thread_id::text',
    rows: new Map(beside.map((each) => [each.thread.id as string, each])),
    read: notePolicy.read,
    change: { column: 'version', allowed: notePolicy.read },
  }),
  twin({
    entity: 'MessageReport',
    table: 'message_report',
    key: 'id::text',
    rows: rowsBeside(({ thread, userId }) => ({ thread, reportedBy: userId })),
    read: reportPolicy.read,
    create: {
      table: 'message_report',
      rows: new Map(
        beside.slice(0, 10).map(({ thread, userId }) => {
          const columns = { id: newId(), message_id: newId(), thread_id: thread.id, reported_by: userId };
          return [
            columns.id,
            { facts: { thread, reportedBy: userId }, columns: { ...columns, status: 'open' } },
          ];
        }),
      ),
      allowed: reportPolicy.create,
    },
  }),
  twin({
    entity: 'search entry',
    table: 'search_entry',
    key: 'id::text',
    rows: rowsBeside((each) => each),
    read: searchEntryPolicy.read,
    change: { column: 'words', allowed: searchEntryPolicy.read },
  }),
  twin({
    entity: 'sender block',
    table: 'sender_block',
    key: 'thread_id::text',
    rows: new Map(beside.map((each) => [each.thread.id as string, each])),
    read: personalPolicy.read,
  }),
  twin({
    entity: 'spent client id',
    table: 'spent_client_id',
    key: 'client_id::text',
    rows: rowsBeside((each) => each),
    read: personalPolicy.read,
  }),
  twin({
    entity: 'change',
    table: 'thread_change',
    key: 'thread_id::text',
    rows: new Map(beside.map((each) => [each.thread.id as string, each.thread])),
    read: threadPolicy.read,
  }),
  twin({
    entity: 'RecordAccess',
    table: 'record_access',
    key: 'id::text',
    rows: rowsBeside((each) => each),
    read: recordAccessPolicy.read,
  }),
  twin<Beside>({
    entity: 'question',
    table: 'access_question',
    key: 'access_id::text',
    rows: new Map(beside.filter(({ questioned }) => questioned).map((each) => [each.id as string, each])),
    read: accessQuestionPolicy.read,
    change: { column: 'answer', allowed: accessQuestionPolicy.change },
    create: {
      table: 'access_question',
      rows: new Map(
        world.patients.map((patientId) => {
          const columns = { ticket_id: newId(), access_id: newId(), patient_id: patientId };
          return [columns.access_id, { facts: { ...beside[0]!, patientId }, columns }];
        }),
      ),
      allowed: accessQuestionPolicy.create,
    },
  }),
  audit.twin,
];

async function fillBeside() {
  const fill = (table: string, columns: (each: Beside) => object, of = beside) =>
    database.fillBare(table, of.map(columns));
  await fill('draft', ({ userId, thread }) => ({ user_id: userId, thread_id: thread.id }));
  await fill('message_revision', ({ thread }) => ({
    message_id: thread.messages[0],
    version: 1,
    thread_id: thread.id,
  }));
  await fill('note', ({ id, thread, sentBy }) => ({ id, thread_id: thread.id, sent_by: sentBy }));
  await fill('note_book', ({ thread }) => ({ thread_id: thread.id }));
  await fill('message_report', ({ id, thread, userId }) => ({
    id,
    message_id: id,
    thread_id: thread.id,
    reported_by: userId,
  }));
  await fill('search_entry', ({ id, thread, readerIds }) => ({
    id,
    kind: 'message',
    thread_id: thread.id,
    reader_ids: readerIds,
  }));
  await fill('sender_block', ({ thread, userId }) => ({ thread_id: thread.id, user_id: userId }));
  await fill('spent_client_id', ({ id, userId }) => ({ sent_by: userId, client_id: id }));
  await fill('thread_change', ({ thread }) => ({ thread_id: thread.id, number: 1 }));
  await fill('record_access', ({ id, patientId }) => ({ id, patient_id: patientId }));
  await fill(
    'access_question',
    ({ id, patientId, officerId }) => ({
      ticket_id: id,
      access_id: id,
      patient_id: patientId,
      officer_id: officerId,
    }),
    beside.filter(({ questioned }) => questioned),
  );
  await database.fillBare('audit.access', audit.rows);
}

describe('who may do what with a conversation', () => {
  it('is the same in the policy and in the database (U-05, U-06)', async () => {
    await database.fill(
      'thread',
      threads.map(({ id, memberIds }) => ({
        id,
        ticket_id: newId(),
        member_ids: memberIds,
        pharmacy_version: 1,
        ticket_version: 1,
        active_at: new Date(),
        last_number: 4,
        version: 1,
      })),
    );
    await database.fill(
      'inbox',
      principals.map((principal_id) => ({ principal_id, unread_count: 0 })),
    );
    const members = threads.flatMap((thread) => thread.members.map((member) => ({ thread, ...member })));
    await database.fill(
      'member',
      members.map(({ thread, principalId, role, hasLeft }) => ({
        thread_id: thread.id,
        principal_id: principalId,
        role,
        joined_at: new Date(),
        left_at: hasLeft ? new Date() : null,
        read_up_to: 0,
        delivered_up_to: 0,
        unread_count: 0,
        active_at: new Date(),
      })),
    );
    const messages = threads.flatMap((thread) =>
      thread.messages.map((id, at) => ({
        id,
        thread,
        row: messageRow(
          thread.id,
          id,
          at + 1,
          dice.pick(principals),
          at === 0 ? beside.find((each) => each.thread === thread)!.sentBy : newId(),
        ),
      })),
    );
    await database.fill(
      'message',
      messages.map(({ row }) => row),
    );

    await fillBeside();

    const twins = [
      ...besideTwins,
      twin({
        entity: 'Thread',
        table: 'thread',
        key: 'id::text',
        rows: new Map(threads.map((thread) => [thread.id, thread])),
        read: threadPolicy.read,
        change: { column: 'active_at', allowed: threadPolicy.change },
      }),
      twin({
        entity: 'Member',
        table: 'member',
        key: `thread_id || ':' || principal_id`,
        rows: new Map(members.map((member) => [`${member.thread.id}:${member.principalId}`, member])),
        read: memberPolicy.read,
        change: { column: 'active_at', allowed: memberPolicy.change },
      }),
      twin({
        entity: 'Message',
        table: 'message',
        key: 'id::text',
        rows: new Map(messages.map(({ id, thread }) => [id, { thread, senderId: '', sentBy: '' }])),
        read: (actor, { thread }) => messagePolicy.read(actor, thread),
        create: { table: 'message', rows: new Map(drafts), allowed: messagePolicy.create },
      }),
      twin({
        entity: 'inbox',
        table: 'inbox',
        key: 'principal_id::text',
        rows: new Map(principals.map((principalId) => [principalId as string, { principalId }])),
        read: inboxPolicy.read,
      }),
    ];
    const result = await compare(database.app, [...world.actors, ...officers], twins);
    expect({ seed: dice.seed, differences: result.differences }).toEqual({
      seed: dice.seed,
      differences: [],
    });
    expect(result.asked).toBeGreaterThan(100_000);
    expect(result.allowed).toBeGreaterThan(result.asked / 100);
    const explained = { audit_officer: 'Who answers for accesses is known to everybody who is signed in.' };
    expect(await withoutTwin(database.sql, twins, explained)).toEqual([]);
  });
});

describe('row security', () => {
  const exceptions = {
    notIndexed: {
      'message_revision.thread_id': 'Looked up by its message.',
      'sender_block.user_id': 'Looked up by thread and person.',
    },
  };
  it('covers every table with personal data (U-05)', async () => {
    expect(await uncovered(database.sql, exceptions)).toEqual([]);
  });

  it('shows the application nothing without an identity', async () => {
    const asApp = async <Row>(text: string) => (await database.app.query(text)).rows as Row[];
    expect(await visibleToNobody(database.sql, asApp, exceptions)).toEqual([]);
  });
});
