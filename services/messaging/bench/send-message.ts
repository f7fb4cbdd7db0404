/**
 * How long sending takes, from the use case down (no HTTP, no GraphQL), beside relay and consumer as in production:
 * `node ../../packages/local-stack/src/with-stack.ts -- node bench/send-message.ts [messages]`
 */
import { newId } from '@carethread/contracts/ids.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { sendMessage } from '../src/send-message/send-message.ts';
import { type Messaging, openedTicket, startMessaging } from '../test/messaging.ts';

const total = Number(process.argv[2] ?? 4_000);
const cause = { actorId: null, correlationId: null, traceparent: null };
const messaging: Messaging = await startMessaging();
const threads = [];
for (let n = 0; n < 16; n += 1) threads.push(await openedTicket(messaging));
const { database } = messaging.service;

async function measure(
  what: string,
  clients: number,
  threadOf: (client: number) => (typeof threads)[number],
) {
  const took: number[] = [];
  const startedAt = performance.now();
  const runClient = async (client: number) => {
    const { doctor, threadId } = threadOf(client);
    const sender = { actor: doctor, cause, now: () => new Date() };
    for (let n = 0; n < total / clients; n += 1) {
      const began = performance.now();
      const sent = await sendMessage(database, sender, { threadId, clientId: newId(), body: 'Good morning' });
      if (sent instanceof Refusal) throw new Error(JSON.stringify(sent.userErrors));
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
  await measure('warm-up', 8, (client) => threads[client]!);
  await measure('1 client', 1, () => threads[0]!);
  await measure('8 clients, a thread each', 8, (client) => threads[client]!);
  await measure('8 clients, one thread', 8, () => threads[0]!);
  await messaging.drain();
} finally {
  await messaging.close();
}
