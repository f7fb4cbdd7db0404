import { newId } from '@carethread/contracts/ids.ts';
import {
  collectorPolicy,
  dispensePolicy,
  documentPolicy,
  downloadPolicy,
  fillPolicy,
  type FillFacts,
  linePolicy,
  medicinePolicy,
  ownMembershipPolicy,
  partOfPrescriptionPolicy,
  type PrescriptionFacts,
  prescriptionPolicy,
  profilePolicy,
  releaseAlertPolicy,
  renewalPolicy,
} from '@carethread/contracts/policy/prescription.ts';
import { isTicketParty, type TicketFacts } from '@carethread/contracts/policy/ticket.ts';
import {
  auditOf,
  crowd,
  openingRows,
  openingsOf,
  openingTwins,
} from '@carethread/service-kit/testing/crowd.ts';
import { rollDice } from '@carethread/service-kit/testing/dice.ts';
import { policyDatabase, type PolicyDatabase } from '@carethread/service-kit/testing/policy-database.ts';
import {
  compare,
  twin,
  unnoticedMutations,
  withoutTwin,
} from '@carethread/service-kit/testing/policy-twin.ts';
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
const prescriptions = Array.from({ length: 96 }, (_, at) => {
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

/** What hangs on some prescriptions of each stage, by the table it is in. */
const parts = prescriptions
  .filter((_, at) => at % 5 === 0)
  .map(({ id, facts }) => ({
    id: newId(),
    prescriptionId: id,
    facts,
    download: {
      userId: dice.pick([facts.patientId, facts.doctorId]),
      role: dice.pick(['patient', 'doctor']),
    },
    renewalId: newId(),
  }));
const preparedFills = fills.filter((_, at) => at % 3 === 0);
const itemised = dispenses.filter((_, at) => at % 3 === 0);
const members = [...world.patients, ...world.doctors].map((userId) => ({ id: newId(), userId }));
const audit = auditOf(world);

let database: PolicyDatabase;
beforeAll(async () => {
  database = await policyDatabase('prescriptions', '.');
  const { fill, fillBare } = database;
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
  const each = (columns: (part: (typeof parts)[number]) => object) => parts.map(columns);
  await fillBare(
    'patient_condition',
    profiles.map(({ patientId }) => ({ id: patientId, patient_id: patientId })),
  );
  await fillBare(
    'dispense_item',
    itemised.map(({ id }) => ({ dispense_id: id, position: 1 })),
  );
  await fillBare(
    'preparation',
    preparedFills.map(({ id }) => ({ id, fill_id: id })),
  );
  for (const table of ['screening', 'signed_content']) {
    const number = table === 'screening' ? 'number' : 'version';
    await fillBare(
      table,
      each(({ prescriptionId }) => ({ prescription_id: prescriptionId, [number]: 1 })),
    );
  }
  for (const table of ['finding_override', 'document'])
    await fillBare(
      table,
      each(({ id, prescriptionId }) => ({ id, prescription_id: prescriptionId })),
    );
  await fillBare(
    'document_download',
    each(({ id, download: { userId, role } }) => ({ id, document_id: id, user_id: userId, role })),
  );
  await fillBare(
    'release_alert',
    each(({ id, facts: { doctorId } }) => ({ id, doctor_id: doctorId })),
  );
  await fillBare(
    'renewal',
    each(({ renewalId, facts }) => ({
      id: renewalId,
      patient_id: facts.patientId,
      doctor_id: facts.doctorId,
    })),
  );
  await fillBare(
    'renewal_step',
    each(({ renewalId }) => ({ renewal_id: renewalId, number: 1 })),
  );
  await fillBare(
    'membership',
    members.map(({ id, userId }) => ({ id, user_id: userId })),
  );
  await fillBare('audit.access', audit.rows);
  await database.sql('ANALYZE');
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

const partsBy = (key: 'id' | 'prescriptionId' | 'renewalId') =>
  new Map(parts.map((part) => [part[key] as string, part.facts]));
type Part = (typeof parts)[number];
/** One of each stage, and those whose doctor has opened the record in an emergency: then they are nobody's doctor. */
const telling = [
  ...new Set([
    ...parts.slice(0, 3),
    ...parts.filter(({ facts }) =>
      world.emergencies.some(
        ({ holderId, patientId }) => holderId === facts.doctorId && patientId === facts.patientId,
      ),
    ),
  ]),
].slice(0, 5);
/** Rows of a table that goes with a prescription and that its doctor writes; `another` names one that is not there yet. */
const written = (table: string, key: 'id' | 'prescriptionId', another: (part: Part, id: string) => object) =>
  twin<PrescriptionFacts>({
    entity: table,
    table,
    key: key === 'id' ? 'id::text' : 'prescription_id::text',
    rows: partsBy(key),
    read: (actor, row) => partOfPrescriptionPolicy.read(actor, row, openings),
    create: {
      table,
      rows: new Map(
        telling.map((part) => {
          const id = newId();
          return [id, { facts: part.facts, columns: another(part, id) }];
        }),
      ),
      allowed: partOfPrescriptionPolicy.create,
    },
  });
twins.push(
  twin({
    entity: 'PatientCondition',
    table: 'patient_condition',
    key: 'patient_id::text',
    rows: by(profiles, ({ patientId }) => patientId),
    read: (actor, row) => profilePolicy.read(actor, row, openings),
    change: { column: 'ended_by', allowed: profilePolicy.change },
  }),
  twin({
    entity: 'DispenseItem',
    table: 'dispense_item',
    key: 'dispense_id::text',
    rows: new Map(itemised.map(({ id, pharmacyId, fill: { facts } }) => [id, { ...facts, pharmacyId }])),
    read: (actor, row) => dispensePolicy.read(actor, row, openings),
  }),
  twin({
    entity: 'preparation',
    table: 'preparation',
    key: 'id::text',
    rows: new Map(preparedFills.map(({ id, facts }) => [id, facts])),
    read: (actor, row) => fillPolicy.read(actor, row, openings),
  }),
  written('screening', 'prescriptionId', ({ prescriptionId }) => ({
    prescription_id: prescriptionId,
    number: 2,
  })),
  written('signed_content', 'prescriptionId', ({ prescriptionId }) => ({
    prescription_id: prescriptionId,
    version: 2,
  })),
  written('finding_override', 'id', ({ prescriptionId }, id) => ({ id, prescription_id: prescriptionId })),
  twin({
    entity: 'PrescriptionDocument',
    table: 'document',
    key: 'id::text',
    rows: partsBy('id'),
    read: (actor, row) => documentPolicy.read(actor, row, openings),
    change: {
      column: 'event_number',
      allowed: (actor, row) => documentPolicy.change(actor, row, openings),
    },
  }),
  twin({
    entity: 'download',
    table: 'document_download',
    key: 'id::text',
    rows: new Map(parts.map(({ id, download, facts }) => [id, { ...download, prescription: facts }])),
    read: downloadPolicy.read,
  }),
  twin({
    entity: 'ReleaseAlert',
    table: 'release_alert',
    key: 'id::text',
    rows: partsBy('id'),
    read: releaseAlertPolicy.read,
  }),
  twin({
    entity: 'Renewal',
    table: 'renewal',
    key: 'id::text',
    rows: partsBy('renewalId'),
    read: renewalPolicy.read,
    create: {
      table: 'renewal',
      rows: new Map(
        telling.map(({ facts }) => {
          const id = newId();
          const { patientId: patient_id, doctorId: doctor_id } = facts;
          return [id, { facts, columns: { id, patient_id, doctor_id, state: 'awaiting_approval' } }];
        }),
      ),
      allowed: renewalPolicy.create,
    },
  }),
  twin({
    entity: 'RenewalStep',
    table: 'renewal_step',
    key: 'renewal_id::text',
    rows: partsBy('renewalId'),
    read: renewalPolicy.read,
  }),
  twin({
    entity: 'ticket',
    table: 'ticket',
    key: 'id::text',
    rows: by(tickets, ({ id }) => id),
    read: isTicketParty,
  }),
  twin({
    entity: 'membership',
    table: 'membership',
    key: 'id::text',
    rows: by(members, ({ id }) => id),
    read: ownMembershipPolicy.read,
  }),
  audit.twin,
  ...openingTwins(world),
);

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

  it('is said by a function for every table with policies', async () => {
    expect(await withoutTwin(database.sql, twins)).toEqual([]);
  });
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
