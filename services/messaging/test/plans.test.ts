import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { actingAs } from '@carethread/service-kit/actor-context.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { PrismaClient } from '../src/generated/prisma/client.ts';
import { type Place, readInbox } from '../src/list-inbox/inbox-page.ts';
import { readOutbox } from '../src/list-outbox/outbox-page.ts';
import type { Window } from '../src/message-window.ts';
import { readMessages } from '../src/read-messages.ts';
import { type Messaging, startMessaging } from './messaging.ts';
import { describePlan, executedPlan } from './executed-plan.ts';

let messaging: Messaging;
let prisma: PrismaClient<'query'>;
const pharmacist = person('pharmacist');
let threadId: string;

beforeAll(async () => {
  messaging = await startMessaging();
  prisma = new PrismaClient({
    adapter: messaging.service.database.prisma,
    log: [{ level: 'query', emit: 'event' }],
  });
  threadId = await seed(messaging, pharmacist);
});
afterAll(() => messaging.close());

/**
 * A pharmacy with 5,000 threads, a tenth of them unread, one of them with 20,000 messages, among as many of others; as
 * large as it takes for the planner to think as it does with millions.
 */
async function seed({ sql }: Messaging, { userId, organisationId }: Actor): Promise<string> {
  const [busy, patient, other] = [newId<'Thread'>(), newId<'User'>(), newId<'Organisation'>()];
  const values = [organisationId, patient, other];
  await sql('INSERT INTO inbox SELECT unnest($1::uuid[])', [values]);
  await sql(
    `INSERT INTO thread (id, ticket_id, member_ids, opened_at, active_at)
     SELECT CASE n WHEN 7 THEN $4 ELSE gen_random_uuid() END, gen_random_uuid(),
       ARRAY[$2::uuid, CASE WHEN n <= 5000 THEN $1::uuid ELSE $3::uuid END], now(), now() - n * interval '1 minute'
     FROM generate_series(1, 10000) AS n`,
    [...values, busy],
  );
  await sql(
    `INSERT INTO member (thread_id, principal_id, role, joined_at, active_at, unread_count)
     SELECT id, member, CASE member WHEN $1 THEN 'patient' ELSE 'pharmacy' END, now(), active_at,
       CASE WHEN random() < 0.1 THEN 1 ELSE 0 END FROM thread, unnest(member_ids) AS member`,
    [patient],
  );
  const write = `INSERT INTO message (id, thread_id, number, kind, routing, sender_id, sent_by, client_id, body, sent_at)
    SELECT gen_random_uuid(), id, n, 'text', 'direct', member_ids[1 + n % 2],
      CASE n % 2 WHEN 0 THEN $1::uuid ELSE $2::uuid END, gen_random_uuid(), 'Good morning', now() FROM thread`;
  await sql(`${write}, generate_series(1, 5) AS n`, [patient, userId]);
  await sql(`${write}, generate_series(6, 20000) AS n WHERE id = $3`, [patient, userId, busy]);
  await sql(
    // Two years of them, a few minutes apart.
    `INSERT INTO search_entry (id, kind, thread_id, reader_ids, words)
     SELECT (lpad(to_hex(1795000000000 - n * 900000), 12, '0') || '7000800000000000' || '0000')::uuid, 'message', thread_id,
       member_ids, to_tsvector('search_simple', CASE WHEN number % 100 = 7 THEN 'Good evening' ELSE body END)
     FROM (SELECT *, row_number() OVER (ORDER BY md5(id::text)) AS n FROM message) AS message
       JOIN thread ON thread.id = thread_id`,
  );
  await sql('VACUUM ANALYZE thread, member, message, inbox, search_entry');
  return busy;
}

/** The plan of the one statement that `read` runs as the pharmacist, as PostgreSQL executed it. */
async function planOf(read: () => Promise<unknown>): Promise<string[]> {
  const statements: { text: string; params: unknown[] }[] = [];
  let listening = true;
  prisma.$on('query', ({ query, params }) => {
    if (listening) statements.push({ text: query, params: JSON.parse(params) as unknown[] });
  });
  await actingAs(pharmacist, async () => await read());
  listening = false;
  expect(statements).toHaveLength(1);
  return executedPlan(messaging.service.database, pharmacist, statements[0]!);
}

describe('with many threads and messages', () => {
  const principalId = pharmacist.organisationId;
  const anHourAgo = () => ({ activeAt: new Date(Date.now() - 3_600_000).toISOString(), threadId });

  it.each<[string, string, boolean, () => Place | null]>([
    ['the first page', 'member_inbox', false, () => null],
    ['a later page', 'member_inbox', false, anHourAgo],
    ['what is unread', 'member_unread', true, () => null],
    ['what is unread, later', 'member_unread', true, anHourAgo],
  ])(
    '%s of the inbox is one index scan that stops at the page’s end',
    async (_, index, unreadOnly, after) => {
      const page = { first: 20, after: after() };
      expect(await planOf(() => readInbox(prisma, principalId, page, unreadOnly))).toEqual([
        'Limit rows 21',
        '  InitPlan 1: Result rows 1',
        `  Index Scan using ${index} on member rows 21`,
      ]);
    },
  );

  // The policy looks the thread up by its key for each row, and nothing else: 1 µs a row.
  const policy = (rows: number) => [
    `SubPlan 2: Index Scan using thread_pkey on thread rows ${rows}`,
    '  InitPlan 1: Result rows 1',
  ];

  it.each<[string, Window]>([
    ['the newest', { after: 0, before: 2_147_483_647, limit: 50, from: 'newest' }],
    ['a page back in', { after: 0, before: 9_000, limit: 50, from: 'newest' }],
    ['a page on in', { after: 9_000, before: 2_147_483_647, limit: 50, from: 'oldest' }],
  ])('%s messages of a thread are one index scan that stops at the page’s end', async (_, window) => {
    expect(await planOf(() => readMessages(prisma, [threadId], window))).toEqual([
      'Nested Loop rows 50',
      '  Function Scan rows 1',
      '  Limit rows 50',
      '    Index Scan using message_thread_id_number_key on message rows 50',
      ...policy(50).map((line) => `      ${line}`),
    ]);
  });

  it('a stretch of a search is one scan of the index that knows readers, words and slices of time', async () => {
    const [body] = await messaging.sql(`SELECT prosrc FROM pg_proc WHERE proname = 'search_stretch'`);
    // As the owner, whose rights the function has: as superuser here. Its arguments are those of a first page's start.
    const [first] = await messaging.sql(
      'SELECT search_slice(id, 6) AS slice FROM search_entry ORDER BY id DESC LIMIT 1',
    );
    const text = (body!['prosrc'] as string)
      .replace('[reader]', `['${principalId}'::uuid]`)
      .replace('sought', `to_tsquery('search_simple', 'good')`)
      .replace('&& slices', `&& ARRAY[${first!['slice'] - 1}, ${first!['slice']}]`)
      .replace('< before', `< 'ffffffff-ffff-ffff-ffff-ffffffffffff'`)
      .replace('most', '21');
    const [plan] = await messaging.sql(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`);
    const lines = describePlan(plan!['QUERY PLAN'][0].Plan);
    expect(lines.map((line) => line.replace(/ rows \d+$/, ''))).toEqual([
      'Limit',
      '  CTE found: Bitmap Heap Scan on search_entry',
      '    Bitmap Index Scan using search_entry_words',
      '  Sort',
      '    CTE Scan',
    ]);
    // Of 22,500 with this word, those of two slices.
    expect(Number(/ rows (\d+)$/.exec(lines[2]!)![1])).toBeLessThan(40);
  });

  it.each([
    ['all have', 'good'],
    ['one in a hundred has', 'evening'],
    ['none has', 'nowhere'],
  ])('a word that %s is found newest first, page after page, however far back', async (_, word) => {
    const expected = await messaging.sql(
      `SELECT id FROM search_entry WHERE words @@ to_tsquery('search_simple', $1) AND $2 = ANY (reader_ids)
       ORDER BY id DESC LIMIT 63`,
      [word, principalId],
    );
    const { database } = messaging.service;
    const found: { id: string }[] = [];
    for (let page = 0; page < 3; page += 1) {
      const before = found.at(-1)?.id ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff';
      found.push(
        ...(await database.asActor(pharmacist, (tx) =>
          tx.query<{ id: string }>(`SELECT id FROM search_hits($1, 'search_en', NULL, $2, 21)`, [
            word,
            before,
          ]),
        )),
      );
    }
    expect(found).toEqual(expected);
  });

  it('the outbox is one index scan that stops at the page’s end', async () => {
    expect(await planOf(() => readOutbox(prisma, principalId, { first: 20, after: null }))).toEqual([
      'Limit rows 21',
      '  Index Scan using message_outbox on message rows 21',
      ...policy(21).map((line) => `    ${line}`),
    ]);
  });
});
