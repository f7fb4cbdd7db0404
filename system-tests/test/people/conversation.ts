import { describe, expect, it } from '@jest/globals';
import { CarethreadClient, Conversation, type ConversationState } from '@carethread/client/carethread.ts';
import { until } from '@carethread/client/observable.ts';
import { Client, type Data } from '../../src/client.ts';
import { eventually } from '../../src/story/expect.ts';
import { releasedTicket } from '../../src/released-ticket.ts';
import { ownPlatform } from '../running-platform.ts';
import { threadSeenBy } from '../looks.ts';

const hidePresence = `mutation ($input: HidePresenceInput!) {
  hidePresence(input: $input) { inbox { hidesPresence } userErrors { code message } }
}`;

const own = ownPlatform();

const live = `subscription ($id: ID!, $after: Int) { messageEvents(threadId: $id, after: $after) { __typename
  ... on MessageAdded { cursor message { id body } }
  ... on MessageEdited { cursor message { id body version } }
  ... on MessageDeleted { cursor message { id body } thread { unreadCount } }
  ... on ReceiptMoved { cursor upTo status }
  ... on ResyncRequired { reason } } }`;

describe('a conversation', () => {
  it('is edited and deleted live on the other’s device, resumed by cursor, and never shows notes (M-05 M-06 M-11 M-13)', async () => {
    const { doctor, patient, pharmacist } = own.stage;
    const { ticketId } = await releasedTicket(own.stage);
    const { id: threadId } = await threadSeenBy(patient, ticketId);
    const stateOf = async (who: Client) =>
      (
        await who.do(
          'query ($id: ID!) { thread(id: $id) { lastNumber lastChange unreadCount lastNoteChange notes { edges { node { body } } } } }',
          { id: threadId },
        )
      )['thread'];
    const { lastChange: start } = await stateOf(patient);
    const heard = patient.watch(live, { id: threadId, after: start });
    const inbox = patient.watch('subscription { inboxEvents { kind thread { id } } }');
    const send = async (body: string) =>
      (
        await doctor.change(
          'sendMessage',
          { threadId, clientId: crypto.randomUUID(), body },
          'message { id }',
        )
      )['message'] as Data;
    const first = await send('Take one tablet before the walk.');
    const second = await send('And do not drive.');
    await doctor.change(
      'editMessage',
      { messageId: first['id'], body: 'Take two tablets before the walk.', expectedVersion: 1 },
      'message { version }',
    );
    const edited = await heard.until(({ messageEvents: e }) => e.__typename === 'MessageEdited', 'the edit');
    expect(edited['messageEvents'].message).toMatchObject({
      body: 'Take two tablets before the walk.',
      version: 2,
    });
    const stale = await doctor.tryChange(
      'editMessage',
      { messageId: first['id'], body: 'Take three.', expectedVersion: 1 },
      'message { id } current { body }',
    );
    expect(stale).toMatchObject({
      message: null,
      current: { body: 'Take two tablets before the walk.' },
      userErrors: [{ code: 'CONFLICT', currentVersion: 2 }],
    });

    const before = await stateOf(patient);
    const noteText = 'He has been riding too fast lately.';
    await doctor.change(
      'writeNote',
      { threadId, clientId: crypto.randomUUID(), body: noteText },
      'note { id }',
    );
    expect(await stateOf(patient)).toEqual(before);
    expect((await stateOf(doctor)).notes.edges).toEqual([{ node: { body: noteText } }]);
    const found = async (who: Client, query: string): Promise<string[]> =>
      (
        await who.do(
          'query ($query: String!) { searchMessages(query: $query) { edges { node { message { body } note { body } } } } }',
          { query },
        )
      )['searchMessages'].edges.map(({ node }: { node: Data }) => (node['message'] ?? node['note']).body);
    expect(await found(doctor, 'riding')).toEqual([noteText]);
    expect(await found(patient, 'riding')).toEqual([]);
    const notes =
      'subscription ($id: ID!) { noteEvents(threadId: $id, after: 0) { ... on NoteChanged { note { body } } } }';
    const ofStaff = doctor.watch(notes, { id: threadId });
    await ofStaff.until(({ noteEvents }) => noteEvents.note.body === noteText, 'the note, to staff');
    await expect(patient.watch(notes, { id: threadId }).until(() => true, 'a note')).rejects.toThrow(
      'Seen: []; ended: "complete"',
    );

    expect(await found(patient, 'drive')).toEqual(['And do not drive.']);
    await doctor.change('deleteMessage', { messageId: second['id'] }, 'message { id }');
    const deleted = await heard.until(
      ({ messageEvents: e }) => e.__typename === 'MessageDeleted',
      'the deletion',
    );
    expect(deleted['messageEvents']).toMatchObject({
      message: { id: second['id'], body: '' },
      thread: { unreadCount: before.unreadCount - 1 },
    });
    expect(await found(patient, 'drive')).toEqual([]);
    await patient.change('markRead', { threadId, upTo: 100 }, 'thread { unreadCount }');
    await heard.until(({ messageEvents: e }) => e.status === 'READ', 'the receipt');
    const { verifyUnread } = await patient.do('{ verifyUnread { difference } }');
    expect(verifyUnread.difference).toBe(0);

    // On another device, from the same cursor, the same; and by asking.
    const cursors = heard.seen.map(({ messageEvents: e }) => e.cursor as number);
    expect(cursors).toEqual(cursors.map((_, at) => start + at + 1));
    const device = await Client.signIn(own.platform.url, 'patient@demo.example');
    const resumed = device.watch(live, { id: threadId, after: start });
    await resumed.until(({ messageEvents: e }) => e.cursor === cursors.at(-1), 'what was missed');
    const kinds = (watch: typeof heard) =>
      watch.seen.map(({ messageEvents: e }) => `${e.cursor} ${e.__typename}`);
    expect(kinds(resumed)).toEqual(kinds(heard));
    const { thread } = await device.do(
      'query ($id: ID!, $after: Int!) { thread(id: $id) { changesSince(after: $after) { resync changes { cursor } } } }',
      { id: threadId, after: start },
    );
    expect(thread.changesSince).toEqual({ resync: false, changes: cursors.map((cursor) => ({ cursor })) });
    expect(inbox.seen.map(({ inboxEvents }) => inboxEvents.kind)).not.toContain('NOTED');
    expect(JSON.stringify([...heard.seen, ...resumed.seen, ...inbox.seen])).not.toContain('riding');
    expect(await found(pharmacist, 'riding')).toEqual([noteText]);
    await device.close();
  });

  it('is reported, moderated and held by those who may, without their taking part in it (M-17 M-18)', async () => {
    const { doctor, patient } = own.stage;
    const { ticketId } = await releasedTicket(own.stage);
    const { id: threadId } = await threadSeenBy(patient, ticketId);
    const admin = await Client.signIn(own.platform.url, 'admin@demo.example');
    const key = () => ({ idempotencyKey: crypto.randomUUID() });
    await admin.change(
      'setLegalHold',
      { ...key(), ticketId, reason: 'A complaint is pending' },
      'hold { id }',
    );
    const { message } = await patient.change(
      'sendMessage',
      { threadId, clientId: crypto.randomUUID(), body: 'Ich habe es schon verschenkt.' },
      'message { id }',
    );
    await doctor.change('reportMessage', { messageId: message.id, reason: 'WRONG_CONTENT' }, 'reportId');
    const { moderationQueue } = await admin.do(
      '{ moderationQueue { edges { node { id messageId body } } } }',
    );
    const [report] = moderationQueue.edges.filter(({ node }: Data) => node['messageId'] === message.id);
    expect(report.node.body).toBe('Ich habe es schon verschenkt.');
    expect(
      (await admin.do('query ($id: ID!) { thread(id: $id) { id } }', { id: threadId }))['thread'],
    ).toBeNull();
    const decision = { reportId: report.node.id, decision: 'REMOVE', reason: 'Not true' };
    await admin.change('decideReport', decision, 'report { status }');
    const { legalHolds } = await admin.do(
      '{ legalHolds { edges { node { id ticket { id } heldCopies { edges { node { body } } } } } } }',
    );
    const [held] = legalHolds.edges.filter(({ node }: Data) => node['ticket'].id === ticketId);
    expect(held.node.heldCopies.edges).toEqual([{ node: { body: 'Ich habe es schon verschenkt.' } }]);
    const alone = await admin.tryChange(
      'liftLegalHold',
      { holdId: held.node.id, reason: 'Enough' },
      'hold { id }',
    );
    expect(alone['userErrors']).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    const { retentionReport } = await admin.do('{ retentionReport { retentionClass held } }');
    expect(retentionReport).toContainEqual({ retentionClass: 'CLINICAL', held: 1 });
    await admin.close();
  });

  it('is followed by the client library, which sends later what it could not send at once', async () => {
    const { ticketId } = await releasedTicket(own.stage);
    let online = true;
    const through: typeof fetch = (...request) =>
      online ? fetch(...request) : Promise.reject(new TypeError('offline'));
    const patient = new CarethreadClient({ url: own.platform.url, fetch: through });
    const doctor = new CarethreadClient({ url: own.platform.url, transports: ['sse'] });
    const password = 'carethread-demo';
    await patient.session.signIn({ email: own.stage.patient.email, password });
    await doctor.session.signIn({ email: own.stage.doctor.email, password });
    const mine = await Conversation.open(patient, { ticketId });
    const theirs = await Conversation.open(doctor, { ticketId });

    online = false;
    const written = [];
    for (const body of ['The first.', 'The second.']) written.push(await mine.send({ body }));
    expect(mine.state.get().pending.map(({ body }) => body)).toEqual(['The first.', 'The second.']);
    online = true;
    await Promise.all(written.map(({ clientId }) => patient.sendQueue.sent(clientId)));
    const heard = await until(theirs.state, ({ messages }) =>
      messages.some(({ body }) => body === 'The second.'),
    );
    const said = heard.messages.map(({ body }) => body).filter((body) => body.startsWith('The '));
    expect(said).toEqual(['The first.', 'The second.']);
    // An event is shown at once, so a message is never there without its count.
    expect(heard.thread?.unreadCount).toBeGreaterThanOrEqual(2);
    await theirs.markRead();
    const { messages } = await until(
      mine.state,
      ({ pending, messages: all }) => pending.length === 0 && all.some(({ body }) => body === 'The second.'),
    );
    expect(messages.at(-1)?.clientId).toBe(written[1]?.clientId);

    // Who is there and who writes, and what has arrived on the other's device (M-09 M-10).
    const doctorId = doctor.session.as.get()!.userId;
    const sees = (typing: boolean) => (now: ConversationState) =>
      now.presence?.members.some((one) => one.memberId === doctorId && one.typing === typing) ?? false;
    await until(mine.state, sees(false));
    theirs.typing();
    await until(mine.state, sees(true));
    await theirs.send({ body: 'Received.' });
    const { members } = await until(
      mine.state,
      (now) => sees(false)(now) && now.messages.at(-1)?.body === 'Received.',
    );
    expect(members.map(({ role }) => role).toSorted()).toEqual(['DOCTOR', 'PATIENT', 'PHARMACY']);
    const deliveredTo = async (role: string) => {
      const asked = 'query ($id: ID!) { thread(id: $id) { members { role deliveredUpTo } } }';
      const { thread } = await doctor.query<Data>(asked, { id: theirs.state.get().thread!.id });
      return thread.members.find((member: Data) => member['role'] === role).deliveredUpTo as number;
    };
    const last = theirs.state.get().messages.at(-1)!.number;
    await eventually(async () => (await deliveredTo('PATIENT')) >= last, 'it is delivered', 60_000);
    await doctor.change(hidePresence, { hidden: true });
    await until(mine.state, ({ presence }) => presence?.members.length === 0);
    await until(theirs.state, ({ presence }) => presence?.hidden === true);
    await doctor.change(hidePresence, { hidden: false });
    await until(mine.state, sees(false));
    for (const each of [mine, theirs, patient, doctor]) each.close();
  });
});
