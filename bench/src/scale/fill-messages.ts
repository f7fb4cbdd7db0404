import type { Actor } from '@carethread/contracts/actor.ts';
import type { OrganisationId, UserId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';

/** Runs SQL as superuser on one connection. */
export type Sql = <Row = Record<string, unknown>>(text: string, values?: unknown[]) => Promise<Row[]>;

/** A messaging database that was filled, and people to ask it as. */
export interface Filled {
  readonly messages: number;
  readonly threads: number;
  /** Of the pharmacy that takes part in every tenth thread. */
  readonly pharmacist: Actor;
  /** Takes part in forty threads, whatever the size. */
  readonly doctor: Actor;
}

/** Messages in each thread. */
export const perThread = 50;
/** Threads in which people write at the same time. */
const together = 2_000;
/** The span in which all was written ends now. */
const days = 730;
/** Different texts, at most. */
const texts = 200_000;
/** A word that few messages have. */
const rareWord = "'order' || abs(hashint8(step)) % 1000000";

/** SQL: an id that follows from a text, with the version and variant of RFC 9562. */
const uuidOf = (text: string) =>
  `overlay(overlay(md5(${text}) PLACING '8' FROM 13) PLACING '8' FROM 17)::uuid`;
const idOf = (kind: string, n: string) => uuidOf(`'${kind} ' || (${n})`);

const prepare = `
  -- Words: a few are everywhere, most are rare, as in any language.
  CREATE UNLOGGED TABLE bench_word AS
    SELECT n, (ARRAY['ba','co','di','fu','ga','le','mo','na','pe','ri'])[1 + n % 10]
      || (ARRAY['lan','ter','mis','ven','dor','kal','pur','sto'])[1 + n / 10 % 8]
      || (ARRAY['','a','in','o','um','ex'])[1 + n / 80 % 6] || CASE WHEN n >= 480 THEN to_hex(n / 480) ELSE '' END AS word
    FROM generate_series(0, 4799) AS n;
  CREATE UNLOGGED TABLE bench_sentence AS
    WITH drawn AS MATERIALIZED (
      SELECT sentence, floor(4800 * power(random(), 3))::int AS word
      FROM generate_series(0, $4 - 1) AS sentence, generate_series(1, 8 + sentence % 7)
    ), text AS (
      SELECT sentence AS n, CASE WHEN sentence % 3 = 0 THEN 'your medicine ' ELSE 'hello ' END
        || string_agg(bench_word.word, ' ') AS body
      FROM drawn JOIN bench_word ON bench_word.n = drawn.word GROUP BY sentence
    )
    SELECT n, body, to_tsvector('search_simple', body) || to_tsvector('search_en', body) AS words FROM text;
  ALTER TABLE bench_sentence ADD PRIMARY KEY (n);
  ANALYZE bench_sentence`;

const threads = `
  CREATE UNLOGGED TABLE bench_thread AS
    SELECT n, ${idOf('thread', 'n')} AS id, ${idOf('patient', 'n / 2')} AS patient, ${idOf('doctor', 'n / 40')} AS doctor,
      ${idOf('pharmacy', 'CASE n % 10 WHEN 0 THEN 0 ELSE 1 + n % greatest(1, $2 / 500) END')} AS pharmacy,
      -- Each third message is of each of the three; when the last of a thread was sent, in steps of the whole span.
      n / $3 * $3 * ${perThread}::bigint + (${perThread} - 1) * least($3, $2 - n / $3 * $3)::bigint + n % $3 AS last_step
    FROM generate_series(0, $2 - 1) AS n`;

/** Fills a database of the messaging service, migrated and empty, so that every counter and number in it is right. */
export async function fillMessages(sql: Sql, messages: number, say: (line: string) => void): Promise<Filled> {
  const count = messages / perThread;
  if (!Number.isInteger(count)) throw new Error(`The number of messages must be a multiple of ${perThread}.`);
  const cohort = Math.min(together, count);
  const stepMs = (days * 86_400_000) / messages;
  const startedAt = Date.now() - days * 86_400_000;
  const at = (step: string) => `to_timestamp((${startedAt} + (${step}) * ${stepMs}) / 1000.0)`;
  const numbers = { $2: count, $3: cohort, $4: Math.min(texts, messages) };
  const run = (text: string) =>
    sql(text.replaceAll(/\$[234]/g, (name) => String(numbers[name as keyof typeof numbers])));

  for (const setting of [
    // Keys of foreign tables and triggers: what they would write is written below, for all rows at once.
    'session_replication_role = replica',
    'synchronous_commit = off',
    "maintenance_work_mem = '1GB'",
    "work_mem = '256MB'",
    'jit = off',
  ])
    await sql(`SET ${setting}`);
  const restore = await withoutIndexes(sql, ['message', 'thread_change', 'search_entry', 'member']);
  say('words and sentences');
  await run(prepare);
  await run(threads);
  say('threads');
  await run(`INSERT INTO thread (id, ticket_id, order_id, order_type, member_ids, pharmacy_version, ticket_status,
      ticket_version, opened_at, active_at, last_number, version, last_change)
    SELECT id, ${idOf('ticket', 'n')}, ${idOf('order', 'n')}, 'prescription', ARRAY[patient, doctor, pharmacy], 1, 'created',
      1, ${at('last_step')} - interval '1 day', ${at('last_step')}, ${perThread}, ${perThread + 1}, ${perThread}
    FROM bench_thread ORDER BY n`);
  // In the order of time, as a real table is (a hash join keeps it): thread after thread of a cohort has its turn.
  const written = (columns: string) => `
    SELECT ${columns} FROM generate_series(0, ${messages - 1}::bigint) AS step
      CROSS JOIN LATERAL (SELECT step / ($3 * ${perThread}::bigint) AS cohort, step % ($3 * ${perThread}::bigint) AS turn) AS c
      CROSS JOIN LATERAL (SELECT least($3, $2 - cohort * $3) AS width) AS w
      CROSS JOIN LATERAL (SELECT (turn / width)::int + 1 AS number, cohort * $3 + turn % width AS n) AS m
      JOIN bench_thread AS thread USING (n)
      JOIN bench_sentence AS sentence ON sentence.n = (step * 7919 + 13) % $4`;
  const messageId = `(lpad(to_hex((${startedAt} + step * ${stepMs})::bigint), 12, '0') || '7' || substr(md5(step::text), 1, 3)
    || '8' || substr(md5(step::text), 4, 15))::uuid`;
  const sender = '(ARRAY[patient, doctor, pharmacy])[1 + number % 3]';
  say('messages');
  await run(`INSERT INTO message (id, thread_id, number, kind, routing, sender_id, sent_by, client_id, fingerprint, body,
      sent_at, language)
    ${written(`${messageId}, thread.id, number, 'text', 'direct', ${sender},
      CASE number % 3 WHEN 2 THEN ${uuidOf(`'of ' || pharmacy`)} ELSE ${sender} END, ${uuidOf(`'client ' || step`)},
      md5('print ' || step), sentence.body || ' ' || ${rareWord}, ${at('step')}, 'en'`)}`);
  say('changes');
  await run(`INSERT INTO thread_change (thread_id, number, kind, message_id, changed_at)
    ${written(`thread.id, number, 'added', ${messageId}, ${at('step')}`)}`);
  say('search entries');
  await run(`INSERT INTO search_entry (id, kind, thread_id, reader_ids, words)
    ${written(`${messageId}, 'message', thread.id, ARRAY[patient, doctor, pharmacy],
      sentence.words || array_to_tsvector(ARRAY[${rareWord}])`)}`);
  say('members');
  // Every tenth member has not read the last few messages; those of its own do not count.
  await run(`INSERT INTO member (thread_id, principal_id, role, joined_at, read_up_to, delivered_up_to, shown_read_up_to,
      unread_count, active_at)
    SELECT id, principal, role, ${at('last_step')} - interval '1 day', marker, marker, marker,
      (SELECT count(*) FROM generate_series(marker + 1, ${perThread}) AS number WHERE number % 3 <> seat), ${at('last_step')}
    FROM bench_thread
      CROSS JOIN LATERAL (VALUES (0, patient, 'patient'), (1, doctor, 'doctor'), (2, pharmacy, 'pharmacy'))
        AS seated (seat, principal, role)
      CROSS JOIN LATERAL (SELECT ${perThread} - CASE WHEN (n / 10 + seat) % 10 = 0 THEN 1 + n % 7 ELSE 0 END) AS read (marker)
    ORDER BY n`);
  await sql(
    `INSERT INTO inbox (principal_id, unread_count) SELECT principal_id, sum(unread_count) FROM member GROUP BY 1`,
  );
  await sql('DROP TABLE bench_word, bench_sentence, bench_thread');
  say('indexes');
  await restore();
  await sql('RESET ALL');
  say('statistics');
  await sql('VACUUM (ANALYZE, FREEZE) thread, member, message, thread_change, search_entry, inbox');
  return { messages, threads: count, ...(await people(sql)) };
}

/** The people whose ids the statements above made. */
async function people(sql: Sql): Promise<Pick<Filled, 'pharmacist' | 'doctor'>> {
  const [ids] = await sql<{ pharmacy: OrganisationId; doctor: UserId }>(
    `SELECT ${idOf('pharmacy', '0')} AS pharmacy, ${idOf('doctor', '1')} AS doctor`,
  );
  const pharmacist = person('pharmacist', { organisationId: ids!.pharmacy });
  return { pharmacist, doctor: { ...person('doctor'), userId: ids!.doctor } };
}

/** Takes indexes and keys away that nothing refers to; the answer makes them again, which is faster than filling them. */
async function withoutIndexes(sql: Sql, tables: string[]): Promise<() => Promise<void>> {
  const keys = await sql<{ name: string; home: string; definition: string }>(
    `SELECT conname AS name, conrelid::regclass::text AS home, pg_get_constraintdef(oid) AS definition FROM pg_constraint AS key
     WHERE conrelid::regclass::text = ANY ($1) AND contype IN ('p', 'u')
       AND NOT EXISTS (SELECT FROM pg_constraint AS other WHERE other.contype = 'f' AND other.conindid = key.conindid)`,
    [tables],
  );
  const indexes = await sql<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
     WHERE indrelid::regclass::text = ANY ($1)
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`,
    [tables],
  );
  for (const { name, home } of keys) await sql(`ALTER TABLE ${home} DROP CONSTRAINT ${name}`);
  for (const { name } of indexes) await sql(`DROP INDEX ${name}`);
  return async () => {
    for (const { name, home, definition } of keys)
      await sql(`ALTER TABLE ${home} ADD CONSTRAINT ${name} ${definition}`);
    for (const { definition } of indexes) await sql(definition);
  };
}
