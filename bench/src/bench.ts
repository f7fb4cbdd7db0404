/** `npm run bench`: what the platform does per second and how long it takes, beside this machine's own yardsticks. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlatform } from '@carethread/local-stack/platform.ts';
import { setStage, type Stage } from '@carethread/system-tests/story/stage.ts';
import { doctorToPharmacy } from '@carethread/system-tests/story/story.ts';
import { messageToSocket } from './live-latency.ts';
import { measure, type Timing } from './measure.ts';
import { report } from './report.ts';
import { roundTrips } from './round-trips.ts';
import { reportSearch } from './search/report-search.ts';
import { searchBench } from './search/search-bench.ts';
import { yardsticks } from './yardsticks.ts';

const seconds = Number(process.env['BENCH_SECONDS'] ?? 5);
const dataDir = await mkdtemp(join(tmpdir(), 'carethread-bench-'));
console.log('Counting round trips …');
const trips = await roundTrips();
console.log('Searching …');
console.log(reportSearch(await searchBench({ seconds: seconds * 2 })));
console.log('Starting a platform of its own …');
const platform = await startPlatform({ dataDir });
try {
  const stage = await setStage(platform.url, () => {});
  const step = async (name: string, work: () => Promise<Timing>): Promise<[string, Timing]> => {
    console.log(`  ${name} …`);
    return [name, await work()];
  };
  console.log('Yardsticks …');
  const sticks = await yardsticks(platform.postgres.adminUrl, platform.adminAmqpUrl, seconds);
  const threadId = await openThread(stage);
  const rows = [
    await step('openTicket', () => measure(() => openTicket(stage), { seconds })),
    await step('openTicket, 8 clients', () => measure(() => openTicket(stage), { seconds, clients: 8 })),
    await step('sendMessage', () => measure(() => say(stage, threadId), { seconds })),
    await step('sendMessage, 8 clients', () => measure(() => say(stage, threadId), { seconds, clients: 8 })),
    await step('whole story', () =>
      measure(() => doctorToPharmacy(platform.url, () => {}), { seconds: seconds * 2, warmUp: 1 }),
    ),
  ];
  console.log('  message to the other member …');
  const live = await messageToSocket(stage.doctor, stage.patient, await openThread(stage), 500);
  rows.push(
    ['message: answer to the sender', live.answered],
    ["message: on the other's socket", live.delivered],
  );
  await stage.close();
  console.log(report(sticks, rows, trips));
} finally {
  await platform.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function openTicket(stage: Stage): Promise<string> {
  const { doctor, patientId, pharmacyId } = stage;
  const input = { idempotencyKey: crypto.randomUUID(), kind: 'PRESCRIPTION', patientId, pharmacyId };
  return (await doctor.change('openTicket', input, 'ticket { id }'))['ticket'].id;
}

async function openThread(stage: Stage): Promise<string> {
  const { ticket } = await stage.doctor.do('query T($id: ID!) { ticket(id: $id) { thread { id } } }', {
    id: await openTicket(stage),
  });
  return ticket.thread.id;
}

function say({ doctor }: Stage, threadId: string) {
  const input = { threadId, clientId: crypto.randomUUID(), body: 'How are you today?' };
  return doctor.change('sendMessage', input, 'message { id }');
}
