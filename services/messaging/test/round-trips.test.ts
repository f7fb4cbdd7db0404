import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import { nobody } from '@carethread/service-kit/cause.ts';
import { actingAs } from '@carethread/service-kit/actor-context.ts';
import { type Database, openDatabase } from '@carethread/service-kit/database.ts';
import { countRoundTrips, type RoundTripCounter } from '@carethread/service-kit/testing/round-trips.ts';
import { PrismaClient } from '../src/generated/prisma/client.ts';
import { deleteMessage } from '../src/delete-message/delete-message.ts';
import { editMessage } from '../src/edit-message/edit-message.ts';
import { markAllDelivered, markDelivered } from '../src/mark-delivered/mark-delivered.ts';
import { markRead } from '../src/mark-read/mark-read.ts';
import { readMessages } from '../src/read-messages.ts';
import { sendMessage } from '../src/sending.ts';
import { type Messaging, openedTicket, startMessaging } from './messaging.ts';

let messaging: Messaging;
let counter: RoundTripCounter;
let database: Database;
let opened: Awaited<ReturnType<typeof openedTicket>>;

beforeAll(async () => {
  messaging = await startMessaging();
  counter = await countRoundTrips(messaging.env['DATABASE_URL']!);
  database = openDatabase({
    appUrl: counter.url,
    workerUrl: messaging.env['WORKER_DATABASE_URL']!,
    poolSize: 1,
    onWake: () => {},
    onError: () => {},
  });
  opened = await openedTicket(messaging);
});
afterAll(async () => {
  await database.close();
  await counter.close();
  await messaging.close();
});

/** Once to connect and prepare, then counted. */
async function tripsOf(work: () => Promise<unknown>): Promise<number> {
  await work();
  return counter.during(work);
}

const at = () => ({ cause: nobody, now: new Date() });

describe('round trips to the database', () => {
  const send = (replyToId?: string, clientId = newId()) =>
    sendMessage(
      database,
      { actor: opened.doctor, cause: nobody, now: () => new Date() },
      { threadId: opened.threadId, clientId, body: 'Good morning', replyToId },
    );

  it('of sending a message are one, also of a reply', async () => {
    expect(await tripsOf(() => send())).toBe(1);
    const [message] = await messaging.sql('SELECT id FROM message WHERE thread_id = $1', [opened.threadId]);
    expect(await tripsOf(() => send(message!['id']))).toBe(1);
  });

  it('of a message that was sent before are three: it is looked for when it is found not to be new', async () => {
    const clientId = newId();
    expect(await tripsOf(() => send(undefined, clientId))).toBe(3);
  });

  it('of reading up to a message are two', async () => {
    let upTo = 0;
    const read = () =>
      markRead(database, opened.patient, { threadId: opened.threadId, upTo: (upTo += 1) }, at());
    expect(await tripsOf(read)).toBe(2);
  });

  it('of saying what a device has received is one', async () => {
    let upTo = 0;
    const deliver = () =>
      markDelivered(database, opened.pharmacist, { threadId: opened.threadId, upTo: (upTo += 1) }, at());
    expect(await tripsOf(deliver)).toBe(1);
    const deliverAll = () => {
      upTo += 1;
      const receipts = [opened.threadId, newId(), newId()].map((threadId) => ({ threadId, upTo }));
      return markAllDelivered(database, opened.patient, { receipts }, at());
    };
    expect(await tripsOf(deliverAll)).toBe(1);
  });

  it('of editing and of deleting a message are two', async () => {
    const { doctor, threadId } = opened;
    const ids: string[] = [];
    for (let n = 0; n < 2; n += 1) {
      await send();
      const [row] = await messaging.sql(
        'SELECT id FROM message WHERE thread_id = $1 ORDER BY number DESC LIMIT 1',
        [threadId],
      );
      ids.push(row!['id']);
    }
    let version = 0;
    const edit = () => {
      const input = { messageId: ids[0], body: `Version ${version + 2}`, expectedVersion: (version += 1) };
      return editMessage(database, doctor, input, { ...at(), windowMs: 60_000 });
    };
    expect(await tripsOf(edit)).toBe(2);
    const remove = () => deleteMessage(database, doctor, { messageId: ids.pop()! }, at());
    expect(await tripsOf(remove)).toBe(2);
  });

  it('of a page of messages, of any number of threads, is one', async () => {
    const prisma = new PrismaClient({ adapter: database.prisma });
    const window = { after: 0, before: 100, limit: 20, from: 'newest' as const };
    const threadIds = [opened.threadId, newId(), newId()];
    const page = () => actingAs(opened.patient, async () => await readMessages(prisma, threadIds, window));
    expect(await tripsOf(page)).toBe(1);
  });
});
