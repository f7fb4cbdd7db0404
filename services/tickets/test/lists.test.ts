import { newId, type OrganisationId } from '@carethread/contracts/ids.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { actingAs, actorSettings } from '@carethread/service-kit/actor-context.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import type { Answer } from '@carethread/service-kit/testing/test-service.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { PrismaClient } from '../src/generated/prisma/client.ts';
import { loadersFor } from '../src/graphql/loaders.ts';
import { listTickets } from '../src/list-tickets/list-tickets.ts';
import { startWorld, type World } from './world.ts';

/** Lists at a size where a wrong plan would be chosen, or show. */
let world: World;
let prisma: PrismaClient<'query'>;
const asked: { query: string; params: string }[] = [];
const clinic = newId() as OrganisationId;
const [patient, doctor] = [person('patient'), person('doctor', { organisationId: clinic })];
const pharmacist = person('pharmacist');

const fill = `INSERT INTO ticket (id, number, time_zone, kind, status, version, timeline_length, patient_id, doctor_id,
    clinic_id, pharmacy_id, any_pharmacy, fence, opened_at, expires_at)
  SELECT gen_random_uuid(), 'TKT-20260101-' || lpad(upper(to_hex($5::int + n)), 5, '0'), 'UTC',
    CASE WHEN n % 4 = 0 THEN 'referral' ELSE 'prescription' END, CASE WHEN n % 10 = 0 THEN 'sent' ELSE 'closed' END,
    1, 3, coalesce($1, gen_random_uuid()), coalesce($2, gen_random_uuid()), $3, coalesce($4, gen_random_uuid()), false, 0,
    now(), now() + interval '1 day' FROM generate_series(1, $6::int) AS n`;

beforeAll(async () => {
  world = await startWorld();
  // 20,000 tickets of others around 3,000 of ours.
  await world.tickets.sql(fill, [null, null, clinic, null, 0, 20_000]);
  await world.tickets.sql(fill, [
    patient.userId,
    doctor.userId,
    clinic,
    pharmacist.organisationId,
    100_000,
    3_000,
  ]);
  await world.tickets.sql(`INSERT INTO timeline_entry (ticket_id, number, type, fence, channel, happened_at)
    SELECT id, n, 'noted', 0, 'event', now() FROM ticket, generate_series(1, 3) AS n`);
  await world.tickets.sql('VACUUM ANALYZE ticket');
  await world.tickets.sql('VACUUM ANALYZE timeline_entry');
  prisma = new PrismaClient({
    adapter: world.tickets.service.database.prisma,
    log: [{ level: 'query', emit: 'event' }],
  });
  prisma.$on('query', ({ query, params }) => void asked.push({ query, params }));
});
afterAll(() => world.close());

/** Runs `read` as this person and answers the statements it sent. */
async function statementsOf(actor: Actor, read: () => Promise<unknown>) {
  asked.length = 0;
  await actingAs(actor, async () => await read());
  return [...asked];
}

/** The plan of a statement as the database makes it for this person and these values, in words. */
const planOf = (actor: Actor, { query, params }: { query: string; params: string }) =>
  explain(actor, `EXPLAIN (ANALYZE, BUFFERS) ${query}`, JSON.parse(params) as unknown[]);

/** The plan it makes once for all values. */
const genericPlanOf = (actor: Actor, { query }: { query: string }) =>
  explain(actor, `EXPLAIN (GENERIC_PLAN) ${query}`);

async function explain(actor: Actor, statement: string, values?: unknown[]): Promise<string> {
  const client = new pg.Client({ connectionString: world.tickets.env['DATABASE_URL']! });
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

interface Page {
  edges: { node: { id: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string | null };
}
const firstPage = { first: 20, after: null };
const nextPage = { first: 20, after: '7fffffff-ffff-4fff-8fff-ffffffffffff' };
const pages: [string, Actor, Parameters<typeof listTickets>[2], string][] = [
  ['of the patient', patient, { page: firstPage }, 'ticket_of_patient'],
  ['of the patient, of one kind', patient, { page: firstPage, kind: 'referral' }, 'ticket_of_patient'],
  ['of the patient, next page', patient, { page: nextPage }, 'ticket_of_patient'],
  ['of the doctor', doctor, { page: firstPage }, 'ticket_of_doctor'],
  ['of the doctor, in one status', doctor, { page: firstPage, status: 'sent' }, 'ticket_of_doctor_by_status'],
  ['of the pharmacy', pharmacist, { page: firstPage }, 'ticket_of_pharmacy'],
  [
    'of the pharmacy, in one status',
    pharmacist,
    { page: firstPage, status: 'sent' },
    'ticket_of_pharmacy_by_status',
  ],
  [
    'of the pharmacy, in one status, next page',
    pharmacist,
    { page: nextPage, status: 'sent' },
    'ticket_of_pharmacy_by_status',
  ],
];

describe('a page of tickets (S-20)', () => {
  it.each(pages)('%s is one statement and one index scan', async (_, actor, wish, index) => {
    const statements = await statementsOf(actor, () => listTickets(prisma, actor, wish));
    expect(statements).toHaveLength(1);
    const plan = await planOf(actor, statements[0]!);
    expect(plan).toMatch(new RegExp(`Index Scan (Backward )?using ${index} `));
    expect(plan).not.toMatch(/Seq Scan|Sort/);
    // The plan that is kept for everybody, after the first uses, is as good.
    expect(await genericPlanOf(actor, statements[0]!)).toMatch(
      new RegExp(`Index Scan (Backward )?using ${index}`),
    );
  });

  it('goes through all, newest first, without gap or repeat, while others are opened', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (let page = 0; ; page++) {
      const query = `query ($after: String) { pharmacyTickets(first: 100, status: SENT, after: $after) {
        edges { node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`;
      const answer: Answer<{ pharmacyTickets: Page }> = await world.tickets.ask(pharmacist, query, { after });
      const { edges, pageInfo } = answer.data.pharmacyTickets;
      seen.push(...edges.map(({ node }) => node.id));
      expect(pageInfo.hasPreviousPage).toBe(page > 0);
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    expect(seen).toHaveLength(300);
    expect(seen).toEqual([...seen].sort().toReversed());
  });

  it('holds 1 to 100, and takes its own cursors only', async () => {
    for (const [argument, path] of [
      ['first: 0', 'first'],
      ['first: 101', 'first'],
      ['after: "x"', 'after'],
    ]) {
      const { errors } = await world.tickets.ask(patient, `{ myTickets(${argument}) { edges { cursor } } }`);
      expect(errors).toMatchObject([
        { message: expect.stringContaining(path!), extensions: { code: 'BAD_USER_INPUT' } },
      ]);
    }
  });

  it('filters by status and kind', async () => {
    const query =
      '{ myTickets(first: 100, status: SENT, kind: REFERRAL) { edges { node { status kind } } } }';
    const { data } = await world.tickets.ask(patient, query);
    expect(data.myTickets.edges).toHaveLength(100);
    expect(new Set(data.myTickets.edges.map(({ node }: never) => JSON.stringify(node))).size).toBe(1);
  });
});

describe('references', () => {
  it('of a batch are one statement each, by primary key', async () => {
    const mine = await actingAs(
      patient,
      async () => await listTickets(prisma, patient, { page: { first: 50, after: null } }),
    );
    const ids = mine.map(({ id }) => id);
    const tickets = await statementsOf(patient, () => {
      const { ticket } = loadersFor(prisma);
      return Promise.all([...ids, ...ids, newId(), 'nonsense'].map((id) => ticket.load(id)));
    });
    expect(tickets).toHaveLength(1);
    const entries = await statementsOf(patient, () => {
      const { timelineEntry } = loadersFor(prisma);
      return Promise.all(
        ids.flatMap((id) => [`${id}:1`, `${id}:3`, `${id}:99`, 'x:y']).map((id) => timelineEntry.load(id)),
      );
    });
    expect(entries).toHaveLength(1);
    const timelines = await statementsOf(patient, () => {
      const { timeline } = loadersFor(prisma);
      return Promise.all(ids.map((ticketId) => timeline.load({ ticketId, after: 1, first: 2 })));
    });
    expect(timelines).toHaveLength(1);
    for (const statement of [tickets[0]!, entries[0]!, timelines[0]!])
      expect(await planOf(patient, statement)).not.toContain('Seq Scan');
  });

  it('answer in the order asked, null for what is not there or not yours', async () => {
    const { id } = await world.open();
    const refs = [
      { __typename: 'Ticket', id: newId() },
      { __typename: 'Ticket', id: id.toUpperCase() },
      { __typename: 'TimelineEntry', id: `${id}:1` },
      { __typename: 'TimelineEntry', id: `${id}:2` },
      { __typename: 'TimelineEntry', id: `${id}:01` },
      { __typename: 'Ticket', id },
    ];
    const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) {
      ... on Ticket { version } ... on TimelineEntry { kind ticket { id } } } }`;
    const { data } = await world.tickets.ask(world.patient, query, { refs });
    expect(data._entities).toEqual([
      null,
      { version: 1 },
      { kind: 'OPENED', ticket: { id } },
      null,
      null,
      { version: 1 },
    ]);
  });
});

describe('the timeline', () => {
  it('pages by number, and its log names the numbers after one', async () => {
    const [one] = await actingAs(
      patient,
      async () => await listTickets(prisma, patient, { page: { first: 1, after: null } }),
    );
    const query = `query ($id: ID!, $after: String) { ticket(id: $id) {
      timeline(first: 2, after: $after) { edges { cursor node { id number } } pageInfo { hasNextPage hasPreviousPage endCursor } }
      all: timelineLog(after: 0, first: 101) { number } rest: timelineLog(after: 2, first: 1) { number }
      none: timelineLog(after: 3, first: 5) { number } } }`;
    const first = (await world.tickets.ask(patient, query, { id: one!.id })).data.ticket;
    expect(first.timeline.edges.map(({ node }: { node: object }) => node)).toEqual([
      { id: `${one!.id}:1`, number: 1 },
      { id: `${one!.id}:2`, number: 2 },
    ]);
    expect(first.timeline.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect([first.all.length, first.rest, first.none]).toEqual([3, [{ number: 3 }], []]);
    const after = first.timeline.pageInfo.endCursor;
    const second = (await world.tickets.ask(patient, query, { id: one!.id, after })).data.ticket.timeline;
    expect(second.edges.map(({ node }: { node: { number: number } }) => node.number)).toEqual([3]);
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  });
});
