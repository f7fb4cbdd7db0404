import { newId } from '@carethread/contracts/ids.ts';
import {
  collectorPolicy,
  dispensePolicy,
  fillPolicy,
  type FillFacts,
  linePolicy,
  medicinePolicy,
  prescriptionPolicy,
  profilePolicy,
} from '@carethread/contracts/policy/prescription.ts';
import type { TicketFacts } from '@carethread/contracts/policy/ticket.ts';
import { crowd, openingRows, openingsOf } from '@carethread/service-kit/testing/crowd.ts';
import { rollDice } from '@carethread/service-kit/testing/dice.ts';
import { policyDatabase, type PolicyDatabase } from '@carethread/service-kit/testing/policy-database.ts';
import { compare, twin, unnoticedMutations } from '@carethread/service-kit/testing/policy-twin.ts';
import { uncovered, visibleToNobody } from '@carethread/service-kit/testing/row-security.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const dice = rollDice(Number(process.env['POLICY_SEED'] ?? Date.now() % 1_000_000));
const world = crowd(dice);
const openings = openingsOf(world);
const now = new Date();
const open = ['created', 'sent', 'received', 'preparing', 'ready', 'cancel_marked'];

const tickets = Array.from({ length: 40 }, () => ({
  id: newId(),
  patientId: dice.pick(world.patients),
  doctorId: dice.pick(world.doctors),
  pharmacyId: dice.chance(5) ? null : dice.pick(world.pharmacies),
  status: dice.pick(['created', 'sent', 'received', 'closed', 'cancelled']),
}));
const ticketsOf = (patientId: string): TicketFacts[] =>
  tickets.filter((each) => each.patientId === patientId);

/** A draft, signed or released one, with two lines of which one may be in the making, and a fill or two. */
const stages = ['draft', 'signed', 'released', 'released'] as const;
const prescriptions = Array.from({ length: 115 }, (_, at) => {
  const ticket = dice.pick(tickets);
  // In turn, so that the number of what is asked does not hang on the dice.
  const stage = stages[at % stages.length]!;
  const { patientId, doctorId } = ticket;
  const later = dice.pick(tickets);
  const fills = (stage === 'released' ? [ticket, later] : []).map((under) => ({
    id: newId(),
    facts: { patientId, doctorId, ticket: under } satisfies FillFacts,
    ticketId: under.id,
  }));
  const facts = {
    patientId,
    doctorId,
    signed: stage !== 'draft',
    released: stage === 'released',
    fills: fills.map((fill) => fill.facts),
  };
  const lines = [
    { id: newId(), version: 1 },
    { id: newId(), version: 2 },
  ];
  return { id: newId(), ticketId: ticket.id, stage, facts, fills, lines };
});
const fills = prescriptions.flatMap(({ id, fills: own, lines }) =>
  own.map((fill) => ({ ...fill, prescriptionId: id, lineId: lines[0]!.id })),
);
const dispenses = fills.map((fill) => ({
  id: newId(),
  fill,
  pharmacyId: dice.pick(world.pharmacies),
}));
const profiles = world.patients.map((patientId) => ({
  patientId,
  openTickets: ticketsOf(patientId).filter(({ status }) => open.includes(status)),
}));
const delegations = world.patients.map((patientId) => ({
  id: newId(),
  patientId,
  tickets: ticketsOf(patientId),
}));

let database: PolicyDatabase;
beforeAll(async () => {
  database = await policyDatabase('prescriptions', '.');
  const { fill } = database;
  await fill(
    'ticket',
    tickets.map(({ id, patientId, doctorId, pharmacyId, status }) => ({
      id,
      kind: 'prescription',
      status,
      sequence: 1,
      patient_id: patientId,
      doctor_id: doctorId,
      clinic_id: newId(),
      pharmacy_id: pharmacyId,
      fence: 0,
      ended_fence: 0,
      held: false,
    })),
  );
  await fill(
    'prescription',
    prescriptions.map(({ id, stage, facts }) => ({
      id,
      ticket_id: newId(),
      patient_id: facts.patientId,
      doctor_id: facts.doctorId,
      clinic_id: newId(),
      status: stage,
      version: 1,
      event_number: 0,
      content_version: 1,
      amendment_version: facts.signed ? 2 : null,
      content_hash: facts.signed ? 'x' : null,
      signed_by: facts.signed ? facts.doctorId : null,
      signed_at: facts.signed ? now : null,
      released_at: facts.released ? now : null,
      created_at: now,
      open_items: 0,
      fills_used: 0,
      days_supplied: 0,
      transfers: 0,
      packs: [],
      signed_schedules: {},
    })),
  );
  await fill(
    'prescription_line',
    prescriptions.flatMap(({ id, lines }) =>
      lines.map((line) => ({
        id: line.id,
        prescription_id: id,
        content_version: line.version,
        position: 0,
        text: 'x',
        ingredients: [],
        quantity: 1,
        quantity_unit: 'x',
        repeats: 0,
        substitution_allowed: true,
        instructions: 'x',
      })),
    ),
  );
  await fill(
    'fill',
    fills.map(({ id, prescriptionId, ticketId, facts }, at) => ({
      id,
      prescription_id: prescriptionId,
      number: at + 1,
      ticket_id: ticketId,
      content_version: 1,
      // Superseded, as several may be under one ticket.
      status: 'superseded',
      version: 1,
      opened_at: now,
      patient_id: facts.patientId,
      doctor_id: facts.doctorId,
    })),
  );
  await fill(
    'fill_line',
    fills.map(({ id, lineId }) => ({
      fill_id: id,
      line_id: lineId,
      quantity: 1,
      prepared: 0,
      handed_over: 0,
    })),
  );
  await fill(
    'dispense',
    dispenses.map(({ id, fill: { id: fillId, prescriptionId, facts }, pharmacyId }) => ({
      id,
      prescription_id: prescriptionId,
      fill_id: fillId,
      ticket_id: newId(),
      pharmacy_id: pharmacyId,
      fence: 1,
      handed_over_by: newId(),
      handed_over_at: now,
      patient_id: facts.patientId,
      doctor_id: facts.doctorId,
    })),
  );
  await fill(
    'patient_profile',
    profiles.map(({ patientId }) => ({
      patient_id: patientId,
      version: 1,
      sex: 'unknown',
      pregnancy: 'unknown',
      liver_impairment: 'unknown',
      updated_by: patientId,
      updated_at: now,
    })),
  );
  await fill(
    'patient_allergy',
    profiles.map(({ patientId }) => ({
      id: patientId,
      patient_id: patientId,
      text: 'x',
      recorded_by: patientId,
      recorded_at: now,
    })),
  );
  await fill(
    'medicine',
    prescriptions.map(({ id, facts }) => ({
      prescription_id: id,
      patient_id: facts.patientId,
      doctor_id: facts.doctorId,
      ingredients: [],
    })),
  );
  await fill(
    'delegation',
    delegations.map(({ id, patientId }) => ({
      id,
      patient_id: patientId,
      delegate_id: newId(),
      scopes: ['collect'],
      ends_at: now,
      ended: false,
    })),
  );
  for (const [table, rows] of Object.entries(openingRows(world))) await fill(table, rows);
});
afterAll(() => database?.drop());

const by = <Row>(rows: readonly Row[], key: (row: Row) => string) =>
  new Map(rows.map((row) => [key(row), row]));
const twins = [
  twin({
    entity: 'Prescription',
    table: 'prescription',
    key: 'id::text',
    rows: new Map(prescriptions.map(({ id, facts }) => [id, facts])),
    read: (actor, row) => prescriptionPolicy.read(actor, row, openings),
    change: { column: 'version', allowed: prescriptionPolicy.change },
  }),
  twin({
    entity: 'PrescriptionLine',
    table: 'prescription_line',
    key: 'id::text',
    rows: new Map(
      prescriptions.flatMap(({ facts: prescription, lines }) =>
        lines.map(({ id, version }) => [id as string, { prescription, written: version > 1 }] as const),
      ),
    ),
    read: (actor, row) => linePolicy.read(actor, row, openings),
  }),
  twin({
    entity: 'Fill',
    table: 'fill',
    key: 'id::text',
    rows: new Map(fills.map(({ id, facts }) => [id, facts])),
    read: (actor, row) => fillPolicy.read(actor, row, openings),
    change: { column: 'version', allowed: fillPolicy.change },
  }),
  twin({
    entity: 'FillLine',
    table: 'fill_line',
    key: 'fill_id::text',
    rows: new Map(fills.map(({ id, facts }) => [id, facts])),
    read: (actor, row) => fillPolicy.read(actor, row, openings),
    change: { column: 'prepared', allowed: fillPolicy.change },
  }),
  twin({
    entity: 'Dispense',
    table: 'dispense',
    key: 'id::text',
    rows: new Map(dispenses.map(({ id, pharmacyId, fill: { facts } }) => [id, { ...facts, pharmacyId }])),
    read: (actor, row) => dispensePolicy.read(actor, row, openings),
  }),
  twin({
    entity: 'PatientProfile',
    table: 'patient_profile',
    key: 'patient_id::text',
    rows: by(profiles, ({ patientId }) => patientId),
    read: (actor, row) => profilePolicy.read(actor, row, openings),
    change: { column: 'version', allowed: profilePolicy.change },
  }),
  twin({
    entity: 'PatientAllergy',
    table: 'patient_allergy',
    key: 'patient_id::text',
    rows: by(profiles, ({ patientId }) => patientId),
    read: (actor, row) => profilePolicy.read(actor, row, openings),
    change: { column: 'ended_by', allowed: profilePolicy.change },
  }),
  twin({
    entity: 'medicine',
    table: 'medicine',
    key: 'prescription_id::text',
    rows: new Map(
      prescriptions.map(({ id, facts: { patientId, doctorId } }) => [
        id,
        {
          patientId,
          doctorId,
          openTickets: profiles.find((each) => each.patientId === patientId)!.openTickets,
        },
      ]),
    ),
    read: (actor, row) => medicinePolicy.read(actor, row, openings),
  }),
  twin({
    entity: 'delegation',
    table: 'delegation',
    key: 'id::text',
    rows: by(delegations, ({ id }) => id),
    read: collectorPolicy.read,
  }),
];

describe('who may do what with a prescription', () => {
  it('is the same in the policy and in the database (U-05, U-06)', async () => {
    const { asked, allowed, differences } = await compare(database.app, world.actors, twins);
    expect({ seed: dice.seed, differences }).toEqual({ seed: dice.seed, differences: [] });
    expect(asked).toBeGreaterThan(100_000);
    expect(allowed).toBeGreaterThan(asked / 50);
  });

  it('is noticed where a policy that shows something is opened or shut', async () => {
    const shown = twins.filter(({ entity }) =>
      ['Prescription', 'Dispense', 'PatientProfile'].includes(entity),
    );
    // By who asks about that table itself, not by what hangs on it.
    const notices = async (table: string) => {
      const own = shown.filter((each) => each.table === table);
      const { differences } = await compare(database.app, world.actors, own, { untilOneDiffers: true });
      return differences.length > 0;
    };
    expect(await unnoticedMutations(database.sql, shown, notices)).toEqual([]);
  }, 600_000);
});

describe('row security', () => {
  const exceptions = {
    notPersonal: {
      organisation: 'Places: kind, time zone and jurisdiction.',
      catalog_release: 'What the catalog published, and counts.',
      product_withdrawal: 'What the catalog withdrew.',
    },
    notIndexed: {
      'dispense.patient_id': 'Looked up by prescription or fill.',
      'dispense.doctor_id': 'Looked up by prescription or fill.',
      'dispense.pharmacy_id': 'Looked up by prescription or fill.',
      'document_download.user_id': 'Looked up by its document.',
      'fill.patient_id': 'Looked up by prescription or ticket.',
      'fill.doctor_id': 'Looked up by prescription or ticket.',
      'medicine.doctor_id': 'Looked up by patient or prescription.',
      'membership.user_id': 'Read by signing alone, by its id.',
      'ticket.doctor_id': 'A copy, looked up by its id or its patient.',
      'ticket.pharmacy_id': 'A copy, looked up by its id or its patient.',
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
