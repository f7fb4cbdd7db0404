import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import {
  accessCodePolicy,
  ticketPolicy,
  timelineEntryPolicy,
  type OpenedTicketFacts,
} from '@carethread/contracts/policy/ticket.ts';
import { crowd, openingRows, openingsOf } from '@carethread/service-kit/testing/crowd.ts';
import { rollDice } from '@carethread/service-kit/testing/dice.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { policyDatabase, type PolicyDatabase } from '@carethread/service-kit/testing/policy-database.ts';
import { compare, twin, type Twin, unnoticedMutations } from '@carethread/service-kit/testing/policy-twin.ts';
import { uncovered, visibleToNobody } from '@carethread/service-kit/testing/row-security.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

let database: PolicyDatabase;
beforeAll(async () => {
  database = await policyDatabase('tickets', '.');
});
afterAll(() => database?.drop());

const dice = rollDice(Number(process.env['POLICY_SEED'] ?? Date.now() % 1_000_000));
const world = crowd(dice);
const openings = openingsOf(world);
/** They answer patients' questions about accesses, in the doctor's place of a ticket. */
const officers = world.doctors.flatMap((userId) =>
  world.clinics.map((organisationId) => person('administrator', { userId, organisationId })),
);
const statuses = ['created', 'sent', 'closed', 'cancelled', 'received'] as const;
const letters = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

const tickets = Array.from({ length: 300 }, (_, at) => {
  const status = dice.pick(statuses);
  const pharmacyId = status === 'received' || !dice.chance(4) ? dice.pick(world.pharmacies) : null;
  const facts: OpenedTicketFacts = {
    patientId: dice.pick(world.patients),
    doctorId: dice.pick(world.doctors),
    clinicId: dice.pick(world.clinics),
    pharmacyId,
    status,
  };
  const held = status === 'received';
  const digits = [at % 30, Math.floor(at / 30) % 30].map((digit) => letters[digit]).join('');
  const row = {
    id: newId(),
    number: `TKT-20261120-AAA${digits}`,
    time_zone: 'UTC',
    kind: 'referral',
    status,
    version: 1,
    timeline_length: 2,
    patient_id: facts.patientId,
    doctor_id: facts.doctorId,
    clinic_id: facts.clinicId,
    pharmacy_id: pharmacyId,
    any_pharmacy: pharmacyId === null,
    fence: held ? 1 : 0,
    claim_user_id: held ? newId() : null,
    lease_until: held ? new Date() : null,
    opened_at: new Date(),
    expires_at: new Date(),
  };
  return { facts, row };
});
const entry = (ticketId: string, number: number) => ({
  ticket_id: ticketId,
  number,
  type: 'opened',
  fence: 0,
  channel: 'api',
  happened_at: new Date(),
  recorded_at: new Date(),
});
const withCode = tickets.filter(({ facts }) => facts.pharmacyId === null);

const twins = [
  twin<OpenedTicketFacts>({
    entity: 'Ticket',
    table: 'ticket',
    key: 'id::text',
    rows: new Map(tickets.map(({ row, facts }) => [row.id, facts])),
    read: (actor, row) => ticketPolicy.read(actor, row, openings),
    change: { column: 'expires_at', allowed: ticketPolicy.change },
  }),
  twin<OpenedTicketFacts>({
    entity: 'TimelineEntry',
    table: 'timeline_entry',
    key: `ticket_id || ':' || number`,
    rows: new Map(
      tickets.flatMap(({ row: { id }, facts }) =>
        [1, 2].map((number) => [`${id}:${number}`, facts] as const),
      ),
    ),
    read: (actor, row) => timelineEntryPolicy.read(actor, row, openings),
    create: {
      table: 'timeline_entry',
      rows: new Map(
        tickets.slice(0, 15).map(({ row: { id }, facts }) => [id, { facts, columns: entry(id, 3) }]),
      ),
      allowed: timelineEntryPolicy.create,
    },
  }),
  twin({
    entity: 'access code',
    table: 'access_code',
    key: 'ticket_id::text',
    rows: new Map(withCode.map(({ row, facts }) => [row.id, facts])),
    read: accessCodePolicy.read,
  }),
];

beforeAll(async () => {
  await database.fill(
    'ticket',
    tickets.map(({ row }) => row),
  );
  await database.fill(
    'timeline_entry',
    tickets.flatMap(({ row: { id } }) => [entry(id, 1), entry(id, 2)]),
  );
  const code = ({ row: { id, patient_id, doctor_id } }: (typeof tickets)[number]) => ({
    ticket_id: id,
    code: newId(),
    patient_id,
    doctor_id,
  });
  await database.fill('access_code', withCode.map(code));
  for (const [table, rows] of Object.entries(openingRows(world))) await database.fill(table, rows);
});

describe('who may do what with a ticket', () => {
  it('is the same in the policy and in the database (U-05, U-06)', async () => {
    const { asked, allowed, differences } = await compare(
      database.app,
      [...world.actors, ...officers],
      twins,
    );
    expect({ seed: dice.seed, differences }).toEqual({ seed: dice.seed, differences: [] });
    expect(asked).toBeGreaterThan(100_000);
    expect(allowed).toBeGreaterThan(asked / 50);
  });

  it('is noticed where a policy is opened or shut, or the function is another', async () => {
    // Enough of them that each standing is there.
    const some = [...world.actors, ...officers].filter((_, at) => at % 6 === 0);
    const notices = async () =>
      (await compare(database.app, some, twins, { untilOneDiffers: true })).differences.length > 0;
    expect(await notices()).toBe(false);
    expect(await unnoticedMutations(database.sql, twins, notices)).toEqual(claimingByCode);
    const [ticket] = twins as [Twin<never>];
    const careless = {
      ...ticket,
      read: (actor: Actor, row: OpenedTicketFacts) =>
        ticketPolicy.read(actor, { ...row, status: 'sent' }, openings),
    };
    expect((await compare(database.app, some, [twin(careless as never)])).differences.length).toBeGreaterThan(
      0,
    );
  });
});

/** These need a code that was typed, which is tried in claims.test.ts. */
const claimingByCode = [
  'code_shown ON access_code USING (false)',
  'code_claims ON ticket USING (false)',
  'code_reads ON ticket USING (false)',
];

describe('row security', () => {
  const exceptions = {
    notPersonal: {
      organisation: 'Places: kind and time zone.',
    },
    notIndexed: {
      'ticket.clinic_id': 'Compared for the tickets of one person, found by them.',
      'access_code.patient_id': 'A code is looked up by its ticket, or by itself.',
      'access_code.doctor_id': 'A code is looked up by its ticket, or by itself.',
    },
  };
  it('covers every table with personal data (U-05)', async () => {
    expect(await uncovered(database.sql, exceptions)).toEqual([]);
  });

  it('shows the application nothing without an identity', async () => {
    const asApp = async <Row>(text: string) => (await database.app.query(text)).rows as Row[];
    expect(await visibleToNobody(database.sql, asApp, exceptions)).toEqual([]);
  });
});
