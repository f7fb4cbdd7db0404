/**
 * `npm run bench:chat -- [--clients 500] [--rate 200] [--seconds 20] [--rounds 2] [--faults no] [--json file]`: how long a message takes
 * from sendMessage to the others' live connections, in pairs and rooms of three, beside an XMPP server (ejabberd with its
 * archive in the same PostgreSQL, driven alike, in turns) and beside this machine's yardsticks; what it costs each process;
 * and what becomes of messages when the database is killed meanwhile. Without ejabberd (Debian: `apt-get install
 * ejabberd`) its column is left out.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Platform, startPlatform } from '@carethread/local-stack/platform.ts';
import { rowsOf } from '@carethread/system-tests/renewals/patients.ts';
import { seatPeople } from './chat/carethread-people.ts';
import type { Job } from './chat/driver.ts';
import { type Ejabberd, hasEjabberd, startEjabberd } from './chat/ejabberd.ts';
import type { Heard } from './chat/load.ts';
import { roomsOf } from './chat/rooms.ts';
import { type Timing, timingOf } from './measure.ts';
import { processorMs } from './processor-time.ts';
import { yardsticks } from './yardsticks.ts';

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '500' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '2' },
    faults: { type: 'string', default: 'yes' },
    json: { type: 'string' },
  },
});
const [people, rate, seconds, rounds] = [values.clients, values.rate, values.seconds, values.rounds].map(
  Number,
) as [number, number, number, number];
const warmUp = 3;
const downMs = 3_000;

/** One of the systems compared. */
interface System {
  readonly name: string;
  readonly chat: () => Promise<Job['chat']>;
  /** Its processes. */
  readonly processes: Record<string, () => number | null>;
  /** Texts of messages that are kept. */
  readonly stored: () => Promise<Set<string>>;
}

/** What one system did over all rounds. */
interface Result {
  readonly delivered: number[];
  readonly answered: number[];
  missing: number;
  sent: number;
  /** Processor milliseconds by process. */
  readonly cpu: Record<string, number>;
}

const rooms = roomsOf(people);
const dataDir = await mkdtemp(join(tmpdir(), 'carethread-bench-'));
const undo: (() => Promise<unknown>)[] = [() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 })];
try {
  await run();
} finally {
  for (const step of undo.toReversed()) await step().catch((error: unknown) => console.error(error));
}

async function run(): Promise<void> {
  console.log('Starting a platform of its own …');
  const platform = await startPlatform({ dataDir: join(dataDir, 'platform') });
  undo.push(() => platform.stop());
  const systems = [await carethread(platform)];
  if (hasEjabberd()) {
    const server = await startEjabberd(platform.postgres.adminUrl, join(dataDir, 'ejabberd'), people);
    undo.push(() => server.stop());
    systems.push(ejabberd(server, platform));
  } else console.log('ejabberd is not installed: there is nothing to compare with.');
  const { commit, confirm } = await yardsticks(platform.postgres.adminUrl, platform.adminAmqpUrl, 3);

  const results = systems.map((): Result => ({ delivered: [], answered: [], missing: 0, sent: 0, cpu: {} }));
  for (let round = 0; round < rounds; round += 1)
    for (const [at, system] of systems.entries()) {
      console.log(`  ${system.name}: ${people} clients, ${rate} messages a second, ${seconds} s …`);
      await measure(system, results[at]!);
    }
  const table = systems.map(({ name }, at) => summary(name, results[at]!));
  const faults = [];
  for (const system of values.faults === 'yes' ? systems : []) {
    console.log(`  ${system.name}: the database is killed and comes back …`);
    faults.push(await withoutDatabase(system, platform));
  }
  report(table, faults, commit, confirm);
  if (values.json)
    await writeFile(
      values.json,
      JSON.stringify({ people, rate, seconds, rounds, commit, confirm, systems: table, faults }, null, 2),
    );
  if (faults.some(({ name, deliveredNotStored }) => name === 'carethread' && deliveredNotStored > 0))
    process.exitCode = 1;
}

async function carethread(platform: Platform): Promise<System> {
  console.log(`Opening ${rooms.length} tickets …`);
  const { chat } = await seatPeople(platform, rooms);
  const services = Object.entries(platform.processes).map(([name, { pid }]) => [name, pid] as const);
  return {
    name: 'carethread',
    chat,
    processes: {
      ...Object.fromEntries(services),
      postgres: platform.postgres.pid,
      rabbitmq: platform.rabbitMq.pid,
    },
    stored: async () => {
      const rows = await rowsOf<{ body: string }>(
        platform,
        'messaging',
        'SELECT body FROM message WHERE body IS NOT NULL',
      );
      return new Set(rows.map(({ body }) => body));
    },
  };
}

function ejabberd({ chat, pid, stored }: Ejabberd, platform: Platform): System {
  return {
    name: 'ejabberd',
    chat: () => Promise.resolve(chat),
    processes: { ejabberd: () => pid, postgres: platform.postgres.pid },
    stored,
  };
}

/** Runs the clients in a process of their own. */
async function drive(
  system: System,
  load: Job['load'],
  on: { warm?: () => void; over?: () => void } = {},
): Promise<Heard> {
  const job: Job = { chat: await system.chat(), rooms, load };
  const child: ChildProcess = fork(new URL('chat/driver.ts', import.meta.url), { serialization: 'advanced' });
  try {
    return await new Promise<Heard>((resolve, reject) => {
      child.on('message', (message: { kind: string; heard?: Heard; reason?: string }) => {
        if (message.kind === 'warm') on.warm?.();
        if (message.kind === 'over') on.over?.();
        if (message.kind === 'heard') resolve(message.heard!);
        if (message.kind === 'failed') reject(new Error(message.reason));
      });
      child.once('exit', (code) => reject(new Error(`The clients ended with ${code}.`)));
      child.send(job);
    });
  } finally {
    child.kill();
  }
}

async function measure(system: System, result: Result): Promise<void> {
  const used = async () =>
    Promise.all(Object.values(system.processes).map(async (pid) => processorMs(pid() ?? Number.NaN)));
  let [before, after]: Promise<number[]>[] = [];
  const heard = await drive(
    system,
    { perSecond: rate, seconds, warmUp },
    { warm: () => (before = used()), over: () => (after = used()) },
  );
  // One by one: there are more than a call may have arguments.
  for (const time of heard.delivered) result.delivered.push(time);
  for (const time of heard.answered) result.answered.push(time);
  result.missing += heard.missing;
  result.sent += rate * seconds;
  const [from, to] = [await before!, await after!];
  for (const [at, name] of Object.keys(system.processes).entries())
    result.cpu[name] = (result.cpu[name] ?? 0) + to[at]! - from[at]!;
}

function summary(name: string, { delivered, answered, missing, sent, cpu }: Result) {
  const perMessage = Object.entries(cpu)
    .filter(([, ms]) => ms > 0)
    .map(([process, ms]): [string, number] => [process, ms / sent])
    .toSorted(([, one], [, other]) => other - one);
  return {
    name,
    delivered: timingOf(delivered, seconds * rounds),
    answered: timingOf(answered, seconds * rounds),
    missing,
    cpuMsPerMessage: Object.fromEntries(perMessage) as Record<string, number>,
  };
}

/** Kills PostgreSQL in the middle, and compares what was received and promised with what is stored in the end. */
async function withoutDatabase(system: System, platform: Platform) {
  let outage: Promise<void> | undefined;
  const killAndStart = async () => {
    await wait(3_000);
    await platform.postgres.kill();
    await wait(downMs);
    await platform.postgres.start();
  };
  const heard = await drive(
    system,
    { perSecond: Math.min(rate, 50), seconds: 15, warmUp: 1 },
    { warm: () => (outage = killAndStart()) },
  );
  await outage;
  const stored = await system.stored();
  const lacks = (texts: readonly string[]) => texts.filter((text) => !stored.has(text)).length;
  return {
    name: system.name,
    sent: heard.sent.length,
    taken: heard.taken.length,
    received: heard.received.length,
    takenNotReceived: heard.taken.filter((text) => !heard.received.includes(text)).length,
    deliveredNotStored: lacks(heard.received),
    // An XMPP server promises nothing about a single message.
    takenNotStored: system.name === 'carethread' ? lacks(heard.taken) : null,
  };
}

function report(
  table: ReturnType<typeof summary>[],
  faults: Awaited<ReturnType<typeof withoutDatabase>>[],
  commit: Timing,
  confirm: Timing,
): void {
  const unit = commit.p50 + confirm.p50;
  console.log(`\nyardstick: one commit + one confirmed publish ${unit.toFixed(2)} ms`);
  for (const { name, delivered, answered, missing, cpuMsPerMessage } of table) {
    const cpu = Object.values(cpuMsPerMessage).reduce((sum, ms) => sum + ms, 0);
    const parts = Object.entries(cpuMsPerMessage).map(([process, ms]) => `${process} ${ms.toFixed(2)}`);
    console.log(
      `${name}: on the others' connections p50 ${delivered.p50.toFixed(1)} ms, p99 ${delivered.p99.toFixed(1)} ms ` +
        `(${delivered.count}, ${missing} missing; ${(delivered.p50 / unit).toFixed(1)} yardsticks); ` +
        `sender answered p50 ${answered.p50.toFixed(1)} ms\n  processor ${cpu.toFixed(2)} ms a message: ${parts.join(', ')}`,
    );
  }
  const [own, other] = table;
  if (own && other)
    console.log(
      `carethread / ejabberd: p50 ${(own.delivered.p50 / other.delivered.p50).toFixed(1)}, p99 ${(own.delivered.p99 / other.delivered.p99).toFixed(1)}`,
    );
  for (const { name, sent, taken, received, takenNotReceived, deliveredNotStored, takenNotStored } of faults)
    console.log(
      `${name}, database killed: ${sent} sent, ${taken} taken, ${received} received by somebody, ${deliveredNotStored} of them ` +
        `stored nowhere; ${takenNotReceived} taken and not received while the clients waited` +
        (takenNotStored === null ? '' : `; ${takenNotStored} answered as sent and stored nowhere`),
    );
}
