import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import { type Messaging, openedTicket, send, startMessaging } from './messaging.ts';

let messaging: Messaging;
let opened: Awaited<ReturnType<typeof openedTicket>>;
let messageId: string;
beforeAll(async () => {
  messaging = await startMessaging();
  opened = await openedTicket(messaging);
  messageId = (await send(messaging, opened.doctor, { threadId: opened.threadId })).message!.id;
});
afterAll(() => messaging.close());

const resolve = async (representations: object[]) => {
  const found = await messaging.query(
    opened.patient,
    `query ($seen: [_Any!]!) { _entities(representations: $seen) {
       ... on Thread { id lastNumber } ... on Message { id number thread { id } prescription { id } } } }`,
    { seen: representations },
  );
  return found['_entities'];
};

describe('references from other services', () => {
  it('are found, in the order asked for, also twice and in capitals', async () => {
    const thread = { __typename: 'Thread', id: opened.threadId };
    const message = { __typename: 'Message', id: messageId };
    const found = await resolve([message, thread, { ...thread, id: opened.threadId.toUpperCase() }, message]);
    const shown = { id: messageId, number: 1, thread: { id: opened.threadId }, prescription: null };
    const counted = { id: opened.threadId, lastNumber: 1 };
    expect(found).toEqual([shown, counted, counted, shown]);
  });

  it.each(['Thread', 'Message'])('to a %s that is not there are null', async (__typename) => {
    const ids = [newId(), 'not an id', ''];
    expect(await resolve(ids.map((id) => ({ __typename, id })))).toEqual([null, null, null]);
  });
});

describe('links to other services', () => {
  it('carry the id only', async () => {
    const prescriptionId = newId();
    const { data } = await messaging.ask(
      opened.doctor,
      `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { prescription { id } thread { ticket { id } } } } }`,
      {
        input: { threadId: opened.threadId, clientId: newId(), body: 'See the prescription', prescriptionId },
      },
    );
    expect(data['sendMessage'].message).toEqual({
      prescription: { id: prescriptionId },
      thread: { ticket: { id: opened.id } },
    });
  });
});
