/**
 * `npm run bench:scale -- [--sizes 10000,10000000] [--rounds 200]`: what reading and sending messages costs beside few
 * messages and beside many. One messaging service for each size in one process, on databases of one server; they take
 * turns, so that whatever else the machine does concerns each alike. 10 million messages take some 20 GB of disk in the
 * temporary folder, which is removed at the end.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { testStackVariable } from '@carethread/local-stack/test-stack.ts';
import { startThrowawayStack } from '@carethread/local-stack/throwaway-stack.ts';
import { messagingConfig } from '@carethread/messaging/config.ts';
import { createMessagingService } from '@carethread/messaging/service.ts';
import { mutationText } from '@carethread/service-kit/testing/mutation-text.ts';
import { startTestService, type TestService } from '@carethread/service-kit/testing/test-service.ts';
import pg from 'pg';
import { timingOf } from './measure.ts';
import { type Filled, fillMessages } from './scale/fill-messages.ts';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10000,10000000' },
    rounds: { type: 'string', default: '200' },
  },
});
const sizes = values.sizes.split(',').map(Number);
const rounds = Number(values.rounds);
/** How much longer than beside the fewest messages an operation may take. */
const allowed = 1.5;

interface Side {
  readonly service: TestService;
  readonly filled: Filled;
  /** Threads to look at and write in, and words to look for, of each person. */
  readonly known: Map<Actor, { threadIds: string[]; rareWords: string[] }>;
}

const { stack, dispose } = await startThrowawayStack(() => {});
process.env[testStackVariable] = JSON.stringify(stack);
const sides: Side[] = [];
try {
  for (const size of sizes) sides.push(await fill(size));
  await measure();
} finally {
  await Promise.all(sides.map(({ service }) => service.close()));
  await dispose();
}

async function fill(messages: number): Promise<Side> {
  const startedAt = performance.now();
  const service = await startTestService(
    'messaging',
    fileURLToPath(new URL('../../services/messaging', import.meta.url)),
    (env) => createMessagingService(messagingConfig(env)),
  );
  const address = new URL(stack.adminUrl);
  address.pathname = new URL(service.env['DATABASE_URL']!).pathname;
  const superuser = new pg.Client({ connectionString: address.href });
  await superuser.connect();
  try {
    const sql = async <Row>(text: string, params?: unknown[]) =>
      (await superuser.query(text, params)).rows as Row[];
    await sql("ALTER SYSTEM SET max_wal_size = '8GB'");
    await sql('SELECT pg_reload_conf()');
    const filled = await fillMessages(sql, messages, (line) =>
      console.log(`  ${new Date().toISOString().slice(11, 19)} ${line} …`),
    );
    const people = [filled.pharmacist, filled.doctor];
    const known = new Map<Actor, { threadIds: string[]; rareWords: string[] }>();
    for (const actor of people) {
      const principalId = actor.role === 'pharmacist' ? actor.organisationId : actor.userId;
      const rows = await sql<{ id: string; word: string }>(
        `SELECT thread_id AS id, substring(body FROM 'order[0-9]+') AS word
         FROM (SELECT thread_id FROM member WHERE principal_id = $1 ORDER BY md5(thread_id::text) LIMIT 200) AS own
         JOIN message USING (thread_id) WHERE number = 7`,
        [principalId],
      );
      known.set(actor, { threadIds: rows.map(({ id }) => id), rareWords: rows.map(({ word }) => word) });
      const { verifyUnread } = await service.query(
        actor,
        '{ verifyUnread { stored recounted difference threads { threadId } } }',
      );
      if (verifyUnread.difference !== 0 || verifyUnread.threads.length > 0)
        throw new Error(`The counters filled in are wrong: ${JSON.stringify(verifyUnread)}`);
    }
    const [size] = await sql<{ gb: number }>(
      'SELECT pg_database_size(current_database()) / 1e9::float8 AS gb',
    );
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(
      `${messages} messages in ${filled.threads} threads: ${size!.gb.toFixed(2)} GB, filled and checked in ${seconds} s`,
    );
    return { service, filled, known };
  } finally {
    await superuser.end();
  }
}

type Operation = (side: Side, actor: Actor, round: number) => Promise<unknown>;

/** The next of a list, in turns. */
function turn<Item>(items: readonly Item[], round: number): Item {
  return items[round % items.length]!;
}

function askInbox(unread: boolean): Operation {
  const query = `{ inbox { unreadCount threads(first: 20, unreadOnly: ${unread}) { edges { node { id lastNumber
    unreadCount activeAt messages(last: 1) { edges { node { body sentAt } } } } } } } }`;
  return ({ service }, actor) => service.query(actor, query);
}

function searchFor({ service }: Side, actor: Actor, words: string) {
  const query = `query ($words: String!) { searchMessages(query: $words) { edges { node { snippet { text match }
    message { number } } } } }`;
  return service.query(actor, query, { words });
}

function operations(): [string, Operation][] {
  const page = `query ($id: ID!) { thread(id: $id) { lastNumber unreadCount members { role } messages(last: 50) {
    edges { node { id number body sentAt status } } } } }`;
  return [
    ['inbox, first page', askInbox(false)],
    ['inbox, unread only', askInbox(true)],
    [
      'thread, a page of 50',
      ({ service, known }, actor, round) =>
        service.query(actor, page, { id: turn(known.get(actor)!.threadIds, round) }),
    ],
    ['search, in every third message', (side, actor) => searchFor(side, actor, 'medicine')],
    ['search, two common words', (side, actor) => searchFor(side, actor, 'your medicine')],
    [
      'search, a word of few',
      (side, actor, round) => searchFor(side, actor, turn(side.known.get(actor)!.rareWords, round)),
    ],
    ['search, a word of none', (side, actor) => searchFor(side, actor, 'nonexistent')],
    [
      'send',
      async ({ service, known }, actor, round) => {
        const input = {
          threadId: turn(known.get(actor)!.threadIds, round),
          clientId: newId(),
          body: 'Please take your medicine with water.',
        };
        const { sendMessage } = await service.query(
          actor,
          mutationText('sendMessage', 'message { id number }'),
          {
            input,
          },
        );
        if (sendMessage.userErrors.length > 0) throw new Error(JSON.stringify(sendMessage.userErrors));
      },
    ],
  ];
}

async function measure(): Promise<void> {
  const failures: string[] = [];
  console.log(`p50 in ms (p99) beside ${sizes.join(' and ')} messages, and the ratio of the p50:`);
  for (const who of ['pharmacist', 'doctor'] as const)
    for (const [name, operation] of operations()) {
      const times: number[][] = sides.map(() => []);
      for (let round = -20; round < rounds; round++)
        for (const n of round % 2 === 0 ? sides.keys() : [...sides.keys()].toReversed()) {
          const began = performance.now();
          await operation(sides[n]!, sides[n]!.filled[who], Math.abs(round));
          // The first rounds warm up.
          if (round >= 0) times[n]!.push(performance.now() - began);
        }
      const timings = times.map((some) => timingOf(some, 1));
      const [few] = timings;
      const ratios = timings.slice(1).map(({ p50 }) => p50 / few!.p50);
      const cells = timings.map(({ p50, p99 }) => `${p50.toFixed(2)} (${p99.toFixed(1)})`.padStart(16));
      console.log(
        `${who}: ${name}`.padEnd(46),
        ...cells,
        ...ratios.map((ratio) => ratio.toFixed(2).padStart(8)),
      );
      if (ratios.some((ratio) => ratio > allowed)) failures.push(`${who}: ${name}`);
    }
  if (failures.length > 0) {
    console.log(`More than ${allowed} times as long beside more messages: ${failures.join('; ')}`);
    process.exitCode = 1;
  }
}
