import { newId } from '@carethread/contracts/ids.ts';
import { principalOf } from '@carethread/contracts/policy/asker.ts';
import {
  inboxPolicy,
  memberPolicy,
  messagePolicy,
  threadPolicy,
} from '@carethread/contracts/policy/thread.ts';
import { crowd } from '@carethread/service-kit/testing/crowd.ts';
import { rollDice } from '@carethread/service-kit/testing/dice.ts';
import { policyDatabase, type PolicyDatabase } from '@carethread/service-kit/testing/policy-database.ts';
import { compare, twin } from '@carethread/service-kit/testing/policy-twin.ts';
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
  return { id, members, memberIds, messages: [newId(), newId(), newId(), newId()] };
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
        row: messageRow(thread.id, id, at + 1, dice.pick(principals), newId()),
      })),
    );
    await database.fill(
      'message',
      messages.map(({ row }) => row),
    );

    const result = await compare(database.app, world.actors, [
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
    ]);
    expect({ seed: dice.seed, differences: result.differences }).toEqual({
      seed: dice.seed,
      differences: [],
    });
    expect(result.asked).toBeGreaterThan(100_000);
    expect(result.allowed).toBeGreaterThan(result.asked / 100);
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
