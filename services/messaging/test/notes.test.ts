import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { MessagePosted, NoteDeleted, NoteWritten } from '@carethread/contracts/events/messaging.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import {
  change,
  colleagueOf,
  type Messaging,
  openedTicket,
  send,
  startMessaging,
  tell,
} from './messaging.ts';

let messaging: Messaging;
beforeAll(async () => void (messaging = await startMessaging()));
afterAll(() => messaging.close());

const note = (actor: Actor, threadId: string, body: string, more = {}) =>
  change(
    messaging,
    actor,
    'writeNote',
    { threadId, clientId: newId(), body, ...more },
    'note { id number body sentBy { id } mentions { start length role member { role } } }',
  );
const everything = `query ($id: ID!) { thread(id: $id) { lastNumber lastChange unreadCount activeAt lastNoteChange
  noteLog(after: 0, first: 10) { cursor } changesSince(after: 0) { changes { cursor } }
  notes { edges { node { number body deletedAt } } pageInfo { hasNextPage } } } }`;
const see = async (actor: Actor, threadId: string) =>
  (await messaging.query(actor, everything, { id: threadId }))['thread'];

describe('a note', () => {
  it('is seen by staff; to the patient nothing shows that there is one', async () => {
    const { threadId, patient, doctor, pharmacist } = await openedTicket(messaging);
    await send(messaging, doctor, { threadId });
    const before = await see(patient, threadId);
    const { note: written } = await note(doctor, threadId, 'Has he told you about the wine?');
    await note(pharmacist, threadId, 'Not a word');
    expect(await see(patient, threadId)).toEqual(before);
    expect(before).toMatchObject({ lastNoteChange: null, noteLog: [], notes: { edges: [] } });
    const seen = await messaging.query(
      patient,
      'query ($seen: [_Any!]!) { _entities(representations: $seen) { ... on Note { body } } }',
      { seen: [{ __typename: 'Note', id: written.id }] },
    );
    expect(seen['_entities']).toEqual([null]);
    for (const actor of [doctor, pharmacist, colleagueOf(pharmacist)])
      expect(await see(actor, threadId)).toMatchObject({
        unreadCount: actor === doctor ? 0 : 1,
        lastNoteChange: 2,
        notes: { edges: [{ node: { number: 2, body: 'Not a word' } }, { node: { number: 1 } }] },
      });
  });

  it('cannot be written by the patient, not even as a doctor by profession', async () => {
    const patient = person('doctor');
    const { threadId, doctor } = await openedTicket(messaging, { patient });
    await expect(note(person('patient'), threadId, 'x')).rejects.toThrow('FORBIDDEN');
    expect(await note(patient, threadId, 'x')).toMatchObject({ userErrors: [{ code: 'NOT_ALLOWED' }] });
    expect(await note(person('doctor'), threadId, 'x')).toMatchObject({
      userErrors: [{ code: 'NOT_FOUND' }],
    });
    await note(doctor, threadId, 'y');
    expect(await see(patient, threadId)).toMatchObject({ lastNoteChange: null, notes: { edges: [] } });
  });

  it('is written once for a client id, and refused with other content', async () => {
    const { threadId, doctor } = await openedTicket(messaging);
    const clientId = newId();
    const first = await note(doctor, threadId, 'Once', { clientId });
    expect(await note(doctor, threadId, 'Once', { clientId })).toEqual(first);
    expect(await note(doctor, threadId, 'Twice', { clientId })).toMatchObject({
      userErrors: [{ code: 'IDEMPOTENCY_MISMATCH' }],
    });
  });

  it('tells staff only, under numbers that are not the thread’s', async () => {
    const { threadId, patient, doctor, pharmacist } = await openedTicket(messaging);
    await send(messaging, doctor, { threadId });
    const mentions = [{ role: 'PHARMACY', start: 0, length: 9 }];
    const { note: written } = await note(doctor, threadId, '@Pharmacy look', { mentions });
    expect(written.mentions).toEqual([{ start: 0, length: 9, role: 'PHARMACY', member: null }]);
    await change(messaging, doctor, 'deleteNote', { noteId: written.id }, 'note { body }');
    await send(messaging, doctor, { threadId });
    const told = [
      ...(await messaging.emitted(NoteWritten)),
      ...(await messaging.emitted(NoteDeleted)),
    ].filter(({ data }) => data.threadId === threadId);
    expect(told.map(({ sequence, data }) => [sequence, data.change])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(told[0]!.data).toMatchObject({
      notifyIds: [pharmacist.organisationId],
      mentionedIds: [pharmacist.organisationId],
    });
    for (const { aggregateId, data } of told) {
      expect(aggregateId).not.toBe(threadId);
      expect(JSON.stringify(data)).not.toContain(patient.userId);
    }
    const posted = (await messaging.emitted(MessagePosted)).filter(({ data }) => data.threadId === threadId);
    expect(posted.map(({ data }) => [data.number, data.change])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    const [one, two] = posted.map(({ sequence }) => sequence);
    expect(two! - one!).toBe(1);
  });

  it('is deleted by who wrote it, and kept from who has left', async () => {
    const { threadId, doctor, pharmacist, events } = await openedTicket(messaging);
    const { note: written } = await note(pharmacist, threadId, 'Ours');
    const remove = (actor: Actor) =>
      change(messaging, actor, 'deleteNote', { noteId: written.id }, 'note { body deletedAt }');
    expect(await remove(doctor)).toMatchObject({ userErrors: [{ code: 'NOT_ALLOWED' }] });
    expect(await remove(pharmacist)).toMatchObject({ note: { body: '', deletedAt: expect.any(String) } });
    const once = await see(doctor, threadId);
    expect(await remove(pharmacist)).toMatchObject({ note: { body: '' } });
    expect(await see(doctor, threadId)).toEqual(once);
    await tell(messaging, events.pharmacyChanged(newId<'Organisation'>()));
    expect(await see(pharmacist, threadId)).toBeNull();
    expect(await remove(pharmacist)).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
  });
});

describe('announcing', () => {
  const announced = async (threadId: string) => {
    const all = (await messaging.emitted(MessagePosted)).filter(({ data }) => data.threadId === threadId);
    return { notifyIds: all.at(-1)!.data.notifyIds?.sort(), mentionedIds: all.at(-1)!.data.mentionedIds };
  };

  it('leaves out who muted the thread, unless they are mentioned', async () => {
    const { threadId, patient, doctor, pharmacist } = await openedTicket(messaging);
    const mute = (until?: string) =>
      change(messaging, doctor, 'muteThread', { threadId, until }, 'thread { muted mutedUntil unreadCount }');
    expect(await mute()).toMatchObject({ thread: { muted: true, mutedUntil: null } });
    await send(messaging, patient, { threadId });
    expect(await announced(threadId)).toEqual({ notifyIds: [pharmacist.organisationId], mentionedIds: [] });
    await send(messaging, patient, {
      threadId,
      body: '@doctor?',
      mentions: [{ memberId: doctor.userId, start: 0, length: 7 }],
    } as never);
    expect(await announced(threadId)).toEqual({
      notifyIds: [doctor.userId, pharmacist.organisationId].sort(),
      mentionedIds: [doctor.userId],
    });
    expect((await see(doctor, threadId)).unreadCount).toBe(2);

    expect(await mute('2020-01-01T00:00:00Z')).toMatchObject({ userErrors: [{ code: 'INVALID' }] });
    const later = new Date(Date.now() + 3_600_000).toISOString();
    expect(await mute(later)).toMatchObject({ thread: { muted: true, mutedUntil: later } });
    await messaging.sql(
      `UPDATE member SET muted_until = now() - interval '1 hour' WHERE muted AND thread_id = $1`,
      [threadId],
    );
    await send(messaging, patient, { threadId });
    expect((await announced(threadId)).notifyIds).toContain(doctor.userId);
    const { thread } = await change(
      messaging,
      doctor,
      'unmuteThread',
      { threadId },
      'thread { muted mutedUntil }',
    );
    expect(thread).toEqual({ muted: false, mutedUntil: null });
  });

  it('refuses to mention a stranger, or beyond the text', async () => {
    const { threadId, patient } = await openedTicket(messaging);
    const mention = (more: object) =>
      send(messaging, patient, {
        threadId,
        body: '@x',
        mentions: [{ start: 0, length: 2, ...more }],
      } as never);
    expect(await mention({ memberId: newId() })).toMatchObject({
      userErrors: [{ code: 'NOT_FOUND', path: ['input', 'mentions'] }],
    });
    expect(await mention({ role: 'DOCTOR', length: 3 })).toMatchObject({
      userErrors: [{ code: 'INVALID', path: ['input', 'mentions'] }],
    });
    expect(await mention({})).toMatchObject({ userErrors: [{ code: 'INVALID' }] });
  });
});

describe('a draft', () => {
  const save = (actor: Actor, threadId: string, body: string, expectedVersion: number) =>
    change(messaging, actor, 'saveDraft', { threadId, body, expectedVersion }, 'draft { body version }');
  const draftOf = async (actor: Actor, threadId: string) =>
    (
      await messaging.query(actor, 'query ($id: ID!) { thread(id: $id) { draft { body version } } }', {
        id: threadId,
      })
    )['thread']?.draft;

  it('follows its author from device to device, and nobody else', async () => {
    const { threadId, patient, doctor, pharmacist } = await openedTicket(messaging);
    expect(await save(pharmacist, threadId, 'Dear', 0)).toEqual({
      draft: { body: 'Dear', version: 1 },
      userErrors: [],
    });
    expect(await draftOf(pharmacist, threadId)).toEqual({ body: 'Dear', version: 1 });
    for (const other of [patient, doctor, colleagueOf(pharmacist)])
      expect(await draftOf(other, threadId)).toBeNull();
    expect(await save(pharmacist, threadId, 'Dear Anna', 1)).toMatchObject({ draft: { version: 2 } });
    expect(await save(pharmacist, threadId, 'Hello', 1)).toMatchObject({
      draft: { body: 'Dear Anna', version: 2 },
      userErrors: [{ code: 'CONFLICT', currentVersion: 2 }],
    });
    expect(await save(pharmacist, threadId, '', 2)).toMatchObject({ draft: { body: '', version: 3 } });
    expect(await save(person('doctor'), threadId, 'x', 0)).toMatchObject({
      userErrors: [{ code: 'NOT_FOUND' }],
    });
  });

  it('begun by two devices at once is one of them', async () => {
    const { threadId, doctor } = await openedTicket(messaging);
    const both = await Promise.all(['a', 'b'].map((body) => save(doctor, threadId, body, 0)));
    expect(both.map(({ userErrors }) => userErrors[0]?.code ?? 'kept').sort()).toEqual(['CONFLICT', 'kept']);
  });
});
