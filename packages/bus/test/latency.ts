/**
 * How long an event takes, against what nobody can go below: one commit and one confirmed publication.
 * `node packages/local-stack/src/with-stack.ts -- node packages/bus/test/latency.ts`. All in one process.
 */
import { newId } from '@carethread/contracts/ids.ts';
import { createTestVhost } from '@carethread/local-stack/test-stack.ts';
import { openConnection } from '../src/amqp-connection.ts';
import { amqpBroker } from '../src/amqp-link.ts';
import { startConsumer } from '../src/consumer.ts';
import { pause } from '../src/pause.ts';
import { startRelay } from '../src/relay.ts';
import { openPool } from '../src/worker-pool.ts';
import { createBusDatabase } from './bus-database.ts';
import { silent } from './silent-log.ts';
import { ignoringOthers } from './two-services/ignoring-others.ts';
import { request } from './two-services/requesting.ts';
import { waitUntil } from './wait-until.ts';

const type = 'prescriptions.prescription.drafted.v1';
const [a, b, vhost] = await Promise.all([
  createBusDatabase('prescriptions'),
  createBusDatabase('tickets'),
  createTestVhost(),
]);
const poolA = openPool(a.workerUrl, 8);
const poolB = openPool(b.workerUrl, 4);

/** Resolved when the request was seen by a live listener, and when its effect at the other service was committed. */
const arrivals = new Map<string, { seen: () => void; applied: () => void }>();
const inBatch: string[] = [];
const openRelay = () =>
  startRelay({
    service: 'prescriptions',
    databaseUrl: a.relayUrl,
    amqpUrl: vhost.amqpUrl('prescriptions'),
    log: silent,
  });
let relay = openRelay();
const consumer = startConsumer({
  service: 'tickets',
  pool: poolB,
  amqpUrl: vhost.amqpUrl('tickets'),
  log: silent,
  handlers: ignoringOthers('tickets', {
    [type]: async ({ data, aggregateId, sequence }, tx) => {
      tx.send('INSERT INTO effect (aggregate_id, sequence, request_id) VALUES ($1, $2, $3)', [
        aggregateId,
        sequence,
        data.prescriptionId,
      ]);
      inBatch.push(data.prescriptionId);
    },
  }),
  observe: (measurement) => {
    if (measurement === 'consumerBatchMs') for (const id of inBatch.splice(0)) arrivals.get(id)?.applied();
  },
});
const live = await openConnection(vhost.amqpUrl('gateway'), 'live');
const channel = await live.channel();
const { queue } = await channel.assertQueue('', { exclusive: true, durable: false });
await channel.bindQueue(queue, 'domain.events', type);
const seen = (content: Buffer) =>
  arrivals.get((JSON.parse(content.toString()) as { prescriptionId: string }).prescriptionId)?.seen();
await channel.consume(queue, (message) => message && seen(message.content), { noAck: true });
await waitUntil('all are connected', async () => {
  const [{ leader }, { broker }] = await Promise.all([relay.health(), consumer.health()]);
  return leader && broker === 'up';
});

/** Milliseconds from the beginning of a request until it was committed, seen, applied. */
async function one(aggregateId: string = newId()) {
  const id = newId();
  const startedAt = performance.now();
  const since = () => performance.now() - startedAt;
  const seenAfter = new Promise<number>((resolve) => {
    arrivals.set(id, { seen: () => resolve(since()), applied: () => {} });
  });
  const appliedAfter = new Promise<number>((resolve) => {
    arrivals.get(id)!.applied = () => resolve(since());
  });
  await request(poolA, id, aggregateId);
  const committed = since();
  relay.poke();
  return { committed, seen: await seenAfter, applied: await appliedAfter };
}

function quantiles(name: string, values: number[]): number {
  const sorted = values.toSorted((x, y) => x - y);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? NaN;
  console.log(
    `${name.padEnd(44)} p50 ${at(0.5).toFixed(2).padStart(7)} ms   p99 ${at(0.99).toFixed(2).padStart(7)} ms`,
  );
  return at(0.5);
}

for (let n = 0; n < 300; n++) await one();
const link = await amqpBroker(vhost.amqpUrl('prescriptions'), 'floor', 'prescriptions').connect();
const publish = await link.publisher();
const commits: number[] = [];
const confirms: number[] = [];
const runs: Awaited<ReturnType<typeof one>>[] = [];
// In turn, so that what else the machine does touches all alike.
for (let n = 0; n < 500; n++) {
  let startedAt = performance.now();
  await poolA.query({ name: 'floor', text: 'INSERT INTO request (id) VALUES ($1)', values: [newId()] });
  commits.push(performance.now() - startedAt);
  startedAt = performance.now();
  const headers = { occurredAt: new Date().toISOString() };
  await publish({ headers, body: '{}' }, 'prescriptions.floor.measured.v1', false);
  confirms.push(performance.now() - startedAt);
  runs.push(await one());
  await pause(4);
}
const commit = quantiles('one insert, committed', commits);
const confirm = quantiles('one confirmed publication, no queue', confirms);
quantiles(
  'request until committed',
  runs.map((run) => run.committed),
);
const toLive = quantiles(
  'request until a live listener sees it',
  runs.map((run) => run.seen),
);
quantiles(
  'request until applied and committed',
  runs.map((run) => run.applied),
);
console.log(`a live listener sees it after ${(toLive / (commit + confirm)).toFixed(2)} x (commit + confirm)`);

for (const rate of [300, 800]) {
  const open: Promise<number>[] = [];
  const startedAt = performance.now();
  for (; performance.now() - startedAt < 4_000; await pause(2))
    while (open.length < ((performance.now() - startedAt) / 1_000) * rate)
      open.push(one().then(({ applied }) => applied));
  quantiles(`${rate} requests/s until applied`, await Promise.all(open));
}

const count = 5_000;
const perSecond = (ms: number) => Math.round((count / ms) * 1_000);

/** Commits so many requests from eight clients. Returns the effects that are still to come. */
async function burst(): Promise<Promise<void>[]> {
  let left = count;
  const effects: Promise<void>[] = [];
  const client = async () => {
    while (left-- > 0) {
      const id = newId();
      effects.push(new Promise((applied) => arrivals.set(id, { seen: () => {}, applied })));
      await request(poolA, id, newId());
      relay.poke();
    }
  };
  await Promise.all(Array.from({ length: 8 }, client));
  return effects;
}

let startedAt = performance.now();
let effects = await burst();
const committed = perSecond(performance.now() - startedAt);
await Promise.all(effects);
console.log(
  `burst: ${committed} commits/s, ${perSecond(performance.now() - startedAt)} events/s until applied`,
);

await relay.stop();
effects = await burst();
relay = openRelay();
startedAt = performance.now();
await Promise.all(effects);
console.log(`backlog: ${perSecond(performance.now() - startedAt)} events/s until applied`);

await Promise.all([consumer.stop(), relay.stop(), link.close(), live.close()]);
await Promise.all([poolA.end(), poolB.end()]);
await Promise.all([a.drop(), b.drop(), vhost.delete()]);
