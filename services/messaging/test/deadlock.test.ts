import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ThreadId } from '@carethread/contracts/ids.ts';
import { lockThread } from '../src/thread-store.ts';
import { look, type Messaging, openedTicket, type Sent, send, startMessaging } from './messaging.ts';

let messaging: Messaging;
beforeAll(async () => void (messaging = await startMessaging()));
afterAll(() => messaging.close());

async function untilSomebodyWaits({ sql }: Messaging): Promise<void> {
  const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await sql(waiting)).length === 0);
}

it('a message is sent in spite of a batch of events that holds its locks the other way round', async () => {
  const { threadId, doctor, patient } = await openedTicket(messaging);
  let sending: Promise<Sent> | undefined;
  await messaging.service.database.asWorker(async (tx) => {
    await tx.query('SELECT 1 FROM inbox WHERE principal_id = $1 FOR NO KEY UPDATE', [patient.userId]);
    sending = send(messaging, doctor, { threadId });
    await untilSomebodyWaits(messaging);
    // The message holds the thread and waits for the inbox: PostgreSQL ends one of us after a second.
    await lockThread(tx, { threadId: threadId as ThreadId });
  });
  expect(await sending).toMatchObject({ message: { number: 1 }, userErrors: [] });
  expect(await look(messaging, patient, threadId)).toMatchObject({ lastNumber: 1, unreadCount: 1 });
});
