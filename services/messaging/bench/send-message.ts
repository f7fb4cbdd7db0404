/**
 * How long sending takes, from the use case down (no HTTP, no GraphQL), beside relay and consumer as in production:
 * `node ../../packages/local-stack/src/with-stack.ts -- node bench/send-message.ts [messages]`
 */
import { newId } from '@carethread/contracts/ids.ts';
import { nobody } from '@carethread/service-kit/cause.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { sendMessage } from '../src/sending.ts';
import { type Messaging, openedTicket, startMessaging } from '../test/messaging.ts';

const total = Number(process.argv[2] ?? 4_000);
const messaging: Messaging = await startMessaging();
const threads: Awaited<ReturnType<typeof openedTicket>>[] = [];
for (let n = 0; n < 16; n += 1) threads.push(await openedTicket(messaging));
const { database } = messaging.service;

type Thread = (typeof threads)[number];
type Work = (thread: Thread) => Promise<unknown>;

const send: Work = async ({ doctor, threadId }) => {
  const sender = { actor: doctor, cause: nobody, now: () => new Date() };
  const sent = await sendMessage(database, sender, { threadId, clientId: newId(), body: 'Good morning' });
  if (sent instanceof Refusal) throw new Error(JSON.stringify(sent.userErrors));
};
/** The least that two round trips and a commit take here and now: the rest is what sending adds. */
const yardstick: Work = ({ doctor, threadId }) =>
  database.asActor(doctor, async (tx) => {
    await tx.query('SELECT id FROM thread WHERE id = $1 FOR NO KEY UPDATE', [threadId]);
    tx.send('UPDATE thread SET active_at = active_at WHERE id = $1', [threadId]);
  });

async function measure(what: string, work: Work, clients: number, threadOf: (client: number) => Thread) {
  const took: number[] = [];
  const startedAt = performance.now();
  const runClient = async (client: number) => {
    for (let n = 0; n < total / clients; n += 1) {
      const began = performance.now();
      await work(threadOf(client));
      took.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, client) => runClient(client)));
  const seconds = (performance.now() - startedAt) / 1000;
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.floor(took.length * share)]!.toFixed(2);
  console.log(`${what}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ${Math.round(took.length / seconds)}/s`);
}

try {
  await measure('warm-up', send, 8, (client) => threads[client]!);
  for (const [what, work] of [
    ['yardstick', yardstick],
    ['send', send],
  ] as const) {
    await measure(`${what}, 1 client`, work, 1, () => threads[0]!);
    await measure(`${what}, 8 clients, a thread each`, work, 8, (client) => threads[client]!);
    await measure(`${what}, 8 clients, one thread`, work, 8, () => threads[0]!);
  }
  await messaging.drain();
} finally {
  await messaging.close();
}
