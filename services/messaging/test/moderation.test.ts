import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import {
  MessageReported,
  ReportDecided,
  RoomMoved,
  SenderBlocked,
} from '@carethread/contracts/events/messaging.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { change, look, type Messaging, messageAs, openedTicket, send, startMessaging } from './messaging.ts';

let messaging: Messaging;
beforeAll(async () => void (messaging = await startMessaging()));
afterAll(() => messaging.close());

const moderator = person('administrator');
const queue = async () =>
  (
    await messaging.query(
      moderator,
      `{ moderationQueue(first: 100) { edges { node { id messageId body author { id } reason comment status } } } }`,
    )
  )['moderationQueue'].edges.map(({ node }: { node: Record<string, unknown> }) => node);
const report = (actor: Actor, messageId: string, reason = 'ABUSE') =>
  change(messaging, actor, 'reportMessage', { messageId, reason, comment: 'See yourself' }, 'reportId');
const decide = (reportId: string, decision: string) =>
  change(
    messaging,
    moderator,
    'decideReport',
    { reportId, decision, reason: 'House rules' },
    'report { status body }',
  );

async function rude() {
  const opened = await openedTicket(messaging);
  const { message } = await send(messaging, opened.patient, { threadId: opened.threadId, body: 'You fool' });
  return { ...opened, messageId: message!.id };
}

describe('a reported message', () => {
  it('is shown to moderators alone, and removed for everybody by their decision', async () => {
    const { threadId, doctor, pharmacist, patient, messageId } = await rude();
    const { reportId } = await report(doctor, messageId);
    expect((await report(doctor, messageId, 'SPAM'))['reportId']).toBe(reportId);
    await report(pharmacist, messageId, 'OTHER');
    expect(await messageAs(messaging, moderator, messageId, 'body')).toBeNull();
    expect(await queue()).toMatchObject([
      { id: reportId, body: 'You fool', author: { id: patient.userId }, reason: 'ABUSE', status: 'OPEN' },
      { reason: 'OTHER' },
    ]);
    expect(await decide(reportId, 'REMOVE')).toMatchObject({ report: { status: 'REMOVED', body: '' } });
    expect(await queue()).toEqual([]);
    expect(await messageAs(messaging, patient, messageId, 'body deletedBy')).toEqual({
      body: '',
      deletedBy: 'MODERATOR',
    });
    expect((await look(messaging, doctor, threadId)).unreadCount).toBe(0);
    expect(await decide(reportId, 'REMOVE')).toMatchObject({ report: { status: 'REMOVED' } });
    expect(await decide(reportId, 'DISMISS')).toMatchObject({
      userErrors: [{ code: 'ILLEGAL_MOVE', currentStatus: 'REMOVED' }],
    });
    const of = ({ data }: { data: { messageId: string } }) => data.messageId === messageId;
    expect((await messaging.emitted(MessageReported)).filter(of)).toHaveLength(2);
    expect((await messaging.emitted(ReportDecided)).filter(of)).toHaveLength(2);
  });

  it('cannot be taken away from the moderators by deleting it', async () => {
    const { doctor, patient, messageId } = await rude();
    const { reportId } = await report(doctor, messageId);
    await change(messaging, patient, 'deleteMessage', { messageId }, 'message { id }');
    expect(await queue()).toMatchObject([{ body: 'You fool' }]);
    expect(await decide(reportId, 'DISMISS')).toMatchObject({ report: { status: 'DISMISSED', body: '' } });
    expect(await messaging.sql('SELECT 1 FROM held_copy WHERE message_id = $1', [messageId])).toEqual([]);
  });

  it('is moderated by those who may', async () => {
    const { doctor } = await rude();
    for (const query of [
      '{ moderationQueue { edges { cursor } } }',
      'mutation { decideReport(input: { reportId: "x", decision: REMOVE, reason: "y" }) { userErrors { code } } }',
    ])
      expect((await messaging.ask(doctor, query)).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ]);
  });
});

describe('a sender who is blocked', () => {
  it('reads on, but neither sends nor edits there, until a moderator lets them', async () => {
    const { threadId, patient, doctor, messageId } = await rude();
    const block = (blocked: boolean) =>
      change(
        messaging,
        moderator,
        'blockSender',
        { threadId, userId: patient.userId, blocked, reason: 'Insults' },
        'block { blocked user { id } }',
      );
    expect(await block(true)).toMatchObject({ block: { blocked: true, user: { id: patient.userId } } });
    await block(true);
    expect(await send(messaging, patient, { threadId })).toMatchObject({ userErrors: [{ code: 'BLOCKED' }] });
    const edit = { messageId, body: 'You absolute fool', expectedVersion: 1 };
    expect(await change(messaging, patient, 'editMessage', edit, 'message { id }')).toMatchObject({
      userErrors: [{ code: 'BLOCKED' }],
    });
    expect((await look(messaging, patient, threadId)).lastNumber).toBe(1);
    expect((await send(messaging, doctor, { threadId })).message).not.toBeNull();
    await block(false);
    expect((await send(messaging, patient, { threadId })).message!.number).toBe(3);
    const told = (await messaging.emitted(SenderBlocked)).filter(({ data }) => data.threadId === threadId);
    expect(told.map(({ sequence, data }) => [sequence, data.blocked])).toEqual([
      [1, true],
      [2, false],
    ]);
  });
});

describe('the room of a consultation', () => {
  it('is ended and taken up again by the doctor, and says so in the thread', async () => {
    const { threadId, doctor, patient } = await openedTicket(messaging, { kind: 'consultation' });
    const move = (name: string, actor = doctor) =>
      change(messaging, actor, name, { threadId }, 'thread { status room { status endedAt } }');
    expect(await move('endRoom')).toMatchObject({
      thread: { status: 'OPEN', room: { status: 'ENDED', endedAt: expect.any(String) } },
    });
    await move('endRoom');
    await expect(move('endRoom', patient)).rejects.toThrow('FORBIDDEN');
    expect(await move('endRoom', person('doctor'))).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    await send(messaging, patient, { threadId, body: 'Thank you' });
    expect(await move('resumeRoom')).toMatchObject({ thread: { room: { status: 'ACTIVE', endedAt: null } } });
    const { messages } = await look(messaging, patient, threadId);
    const said = messages.edges.map(({ node }: { node: { body: string } }) => node.body);
    expect(said).toEqual(['The consultation has ended.', 'Thank you', 'The consultation goes on.']);
    const told = (await messaging.emitted(RoomMoved)).filter(({ data }) => data.threadId === threadId);
    expect(told.map(({ data }) => data.status)).toEqual(['ended', 'active']);
  });
});
