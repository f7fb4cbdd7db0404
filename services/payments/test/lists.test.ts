import type { Actor } from '@carethread/contracts/actor.ts';
import { actingAs, actorSettings } from '@carethread/service-kit/actor-context.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { PrismaClient } from '../src/generated/prisma/client.ts';
import { pagesOfTickets, paymentsOfPayer, retryable } from '../src/list-payments/list-payments.ts';
import { openTasks } from '../src/settle-task/settle-task.ts';
import { startWorld, type World } from './world.ts';

/** Lists at a size where a wrong plan would be chosen, or show. */
let world: World;
let prisma: PrismaClient<'query'>;
const asked: { query: string; params: string }[] = [];
const [patient, doctor, administrator] = [person('patient'), person('doctor'), person('administrator')];
const ticketId = newId<'Ticket'>();

const fill = `INSERT INTO payment (id, ticket_id, payer_id, doctor_id, clinic_id, amount_minor, currency, purpose, requested_at,
    status, failures, version, event_count)
  SELECT gen_random_uuid(), CASE n WHEN 7 THEN $3::uuid ELSE gen_random_uuid() END, coalesce($1, gen_random_uuid()),
    coalesce($2, gen_random_uuid()), gen_random_uuid(), 100, 'EUR', 'other', now(),
    CASE WHEN n % 20 = 0 THEN 'failed' ELSE 'succeeded' END, 0, 1, 1 FROM generate_series(1, $4::int) AS n`;

beforeAll(async () => {
  world = await startWorld();
  await world.payments.sql(fill, [null, null, newId(), 20_000]);
  await world.payments.sql(fill, [patient.userId, doctor.userId, ticketId, 3_000]);
  await world.payments.sql(
    `INSERT INTO payment_task (id, payment_id, kind, subject, owner_id, opened_at, resolution, resolved_by, resolved_at)
     SELECT gen_random_uuid(), id, 'disputed', 'x', doctor_id, now(), r, CASE WHEN r IS NULL THEN NULL ELSE doctor_id END,
       CASE WHEN r IS NULL THEN NULL ELSE now() END
     FROM (SELECT *, CASE WHEN status = 'failed' THEN NULL ELSE 'settled' END AS r FROM payment) AS p`,
  );
  await world.payments.sql('VACUUM ANALYZE payment, payment_task');
  prisma = new PrismaClient({
    adapter: world.payments.service.database.prisma,
    log: [{ level: 'query', emit: 'event' }],
  });
  prisma.$on('query', ({ query, params }) => void asked.push({ query, params }));
});
afterAll(() => world.close());

async function explain(actor: Actor, statement: string, values?: unknown[]): Promise<string> {
  const client = new pg.Client({ connectionString: world.payments.env['DATABASE_URL']! });
  await client.connect();
  try {
    await client.query('BEGIN');
    const settings = actorSettings(actor);
    await client.query(settings.text, settings.values);
    const { rows } = await client.query(statement, values);
    return rows.map((row: { 'QUERY PLAN': string }) => row['QUERY PLAN']).join('\n');
  } finally {
    await client.end();
  }
}

const page = { first: 20, after: null };
const next = { first: 20, after: '7fffffff-ffff-4fff-8fff-ffffffffffff' };
const manager = { ...doctor, role: 'doctor' as const };

describe('a page (S-20)', () => {
  it.each<[string, Actor, () => Promise<unknown[]>, string]>([
    [
      'of what a patient can try again',
      patient,
      () => retryable(prisma, patient, page),
      'payment_retryable_of_payer',
    ],
    ['of the same, next page', patient, () => retryable(prisma, patient, next), 'payment_retryable_of_payer'],
    [
      'of what anybody can try again',
      administrator,
      () => retryable(prisma, administrator, page),
      'payment_retryable',
    ],
    [
      'of the same, next page',
      administrator,
      () => retryable(prisma, administrator, next),
      'payment_retryable',
    ],
    ['of a patient’s payments', patient, () => paymentsOfPayer(prisma, patient, page), 'payment_of_payer'],
    [
      'of a ticket’s payments',
      doctor,
      () => pagesOfTickets(prisma, [{ ticketId, ...page }]),
      'payment_of_ticket',
    ],
    ['of a doctor’s tasks', manager, () => openTasks(prisma, manager, page), 'payment_task_of_owner'],
    [
      'of everybody’s tasks',
      administrator,
      () => openTasks(prisma, administrator, page),
      'payment_task_open',
    ],
  ])('%s is one statement and one index scan', async (_, actor, read, index) => {
    asked.length = 0;
    const rows = await actingAs(actor, async () => await read());
    expect(rows.length).toBeGreaterThan(0);
    expect(asked).toHaveLength(1);
    const { query, params } = asked[0]!;
    const plan = await explain(actor, `EXPLAIN (ANALYZE, BUFFERS) ${query}`, JSON.parse(params) as unknown[]);
    expect(plan).toMatch(new RegExp(`Index Scan (Backward )?using ${index} `));
    expect(plan).not.toMatch(/Seq Scan|Sort/);
    const generic = await explain(actor, `EXPLAIN (GENERIC_PLAN) ${query}`);
    expect(generic).toMatch(new RegExp(`Index Scan (Backward )?using ${index} `));
  });
});
