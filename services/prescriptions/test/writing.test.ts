import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PrescriptionDrafted, PrescriptionSigned } from '@carethread/contracts/events/prescriptions.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { endMembership, grantMembership } from '@carethread/service-kit/testing/identity-events.ts';
import { drafted, fillOf, lineInput, released, signed } from './steps.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const whole = `prescription { id status version contentVersion contentHash lines { id text quantity repeats product { id } dose { amount unit perDay } }
  amendment { contentVersion lines { id quantity } } history { version supersedes contentHash lines { quantity } } }`;
const codes = (payload: any) => payload.userErrors.map((error: any) => error.code);
const read = async (id: string, actor = world.doctor) =>
  (
    await world.query(
      actor,
      `query ($id: ID!) { ${whole.replace('prescription {', 'prescription(id: $id) {')} }`,
      { id },
    )
  ).prescription;

describe('a draft (R-01)', () => {
  it('is begun once per ticket, by its doctor, and answers a repeat as it did first', async () => {
    const ticketId = await world.openTicket();
    const input = { ticketId, idempotencyKey: newId() };
    const first = await world.mutate(world.doctor, 'draftPrescription', input, 'prescription { id }');
    const again = await world.mutate(world.doctor, 'draftPrescription', input, 'prescription { id }');
    expect(again).toEqual(first);
    const other = await world.mutate(
      world.doctor,
      'draftPrescription',
      { ...input, idempotencyKey: newId() },
      whole,
    );
    expect(other.userErrors).toMatchObject([{ code: 'ILLEGAL_MOVE', currentStatus: 'draft' }]);
    const stranger = await world.join('doctor');
    const theirs = await world.mutate(
      stranger,
      'draftPrescription',
      { ticketId, idempotencyKey: newId() },
      whole,
    );
    expect(codes(theirs)).toEqual(['NOT_FOUND']);
    const drafts = await world.emitted(PrescriptionDrafted);
    expect(drafts.filter(({ data }) => data.ticketId === ticketId)).toMatchObject([{ sequence: 1 }]);
  });

  it('is begun once even when asked for twenty times at once', async () => {
    const ticketId = await world.openTicket();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        world.mutate(
          world.doctor,
          'draftPrescription',
          { ticketId, idempotencyKey: newId() },
          'prescription { id }',
        ),
      ),
    );
    expect(answers.filter(({ prescription }) => prescription)).toHaveLength(1);
  });

  it('waits a moment for a ticket that was opened just now', async () => {
    const ticketId = newId<'Ticket'>();
    const asked = world.mutate(
      world.doctor,
      'draftPrescription',
      { ticketId, idempotencyKey: newId() },
      'prescription { id }',
    );
    await world.sql(
      `INSERT INTO ticket (id, kind, status, sequence, patient_id, doctor_id, clinic_id) VALUES ($1, 'prescription', 'created', 1, $2, $3, $4)`,
      [ticketId, world.patient.userId, world.doctor.userId, world.clinicId],
    );
    expect((await asked).userErrors).toEqual([]);
  });

  it('is for tickets of kind prescription that were not sent yet', async () => {
    const consultation = await world.openTicket({ kind: 'consultation' });
    const wrongKind = await world.mutate(
      world.doctor,
      'draftPrescription',
      { ticketId: consultation, idempotencyKey: newId() },
      whole,
    );
    expect(wrongKind.userErrors).toMatchObject([{ code: 'INVALID', path: ['input', 'ticketId'] }]);
    const cancelled = await world.openTicket();
    await world.move(cancelled, 'cancelled');
    const late = await world.mutate(
      world.doctor,
      'draftPrescription',
      { ticketId: cancelled, idempotencyKey: newId() },
      whole,
    );
    expect(late.userErrors).toMatchObject([{ code: 'ILLEGAL_MOVE', currentStatus: 'cancelled' }]);
  });

  it('is saved, resumed and changed, each time on the version that was read', async () => {
    const { prescriptionId, version, lineIds } = await drafted(world, [
      lineInput(),
      lineInput({ productId: null, text: 'Zinc ointment', dose: null }),
    ]);
    const before = await read(prescriptionId);
    expect(before.lines).toMatchObject([
      { id: lineIds[0], dose: { amount: '500' } },
      { product: null, text: 'Zinc ointment', dose: null },
    ]);
    const input = {
      prescriptionId,
      expectedVersion: version,
      lines: [lineInput({ id: lineIds[0], quantity: 60 })],
    };
    const saved = await world.mutate(world.doctor, 'setPrescriptionLines', input, whole);
    expect(saved.prescription.lines).toMatchObject([{ id: lineIds[0], quantity: 60 }]);
    expect((await read(prescriptionId)).lines).toEqual(saved.prescription.lines);
    const stale = await world.mutate(world.doctor, 'setPrescriptionLines', input, whole);
    expect(stale.userErrors).toMatchObject([{ code: 'CONFLICT', currentVersion: version + 1 }]);
  });

  it('R-02 names the path of what is wrong with a line, and writes nothing', async () => {
    const { prescriptionId, version } = await drafted(world);
    const lines = [
      lineInput({ quantity: 0 }),
      lineInput({ text: ' ', dose: { amount: 'ten', unit: 'mg', perDay: 1 } }),
      lineInput({ id: newId() }),
    ];
    const bad = await world.mutate(
      world.doctor,
      'setPrescriptionLines',
      { prescriptionId, expectedVersion: version, lines },
      whole,
    );
    expect(bad.userErrors.map(({ path }: any) => path.join('.'))).toEqual([
      'input.lines.0.quantity',
      'input.lines.1.text',
      'input.lines.1.dose.amount',
    ]);
    const strange = await world.mutate(
      world.doctor,
      'setPrescriptionLines',
      { prescriptionId, expectedVersion: version, lines: [lines[2]] },
      whole,
    );
    expect(strange.userErrors).toMatchObject([{ code: 'INVALID', path: ['input', 'lines', '0', 'id'] }]);
    expect((await read(prescriptionId)).version).toBe(version);
  });

  it('can be discarded, and makes room for another', async () => {
    const { prescriptionId, ticketId, version } = await drafted(world);
    const gone = await world.mutate(
      world.doctor,
      'discardDraft',
      { prescriptionId, expectedVersion: version },
      'prescription { status endReason }',
    );
    expect(gone.prescription).toEqual({ status: 'CANCELLED', endReason: 'discarded' });
    const fresh = await world.mutate(
      world.doctor,
      'draftPrescription',
      { ticketId, idempotencyKey: newId() },
      'prescription { id }',
    );
    expect(fresh.userErrors).toEqual([]);
    const shown = await world.query(
      world.doctor,
      `{ _entities(representations: [{ __typename: "Ticket", id: "${ticketId}" }]) { ... on Ticket { prescription { id } } } }`,
    );
    expect(shown._entities[0].prescription).toEqual(fresh.prescription);
  });
});

describe('signing (R-01)', () => {
  it('freezes the content and sends it to be checked', async () => {
    const { prescriptionId, ticketId, lineIds } = await signed(world);
    const shown = await read(prescriptionId);
    expect(shown).toMatchObject({
      status: 'SIGNED',
      contentVersion: 1,
      history: [{ version: 1, supersedes: null, contentHash: shown.contentHash }],
    });
    const [event] = (await world.emitted(PrescriptionSigned)).filter((e) => e.aggregateId === prescriptionId);
    expect(event).toMatchObject({
      sequence: 3,
      data: { ticketId, contentHash: shown.contentHash, screeningNumber: 1, contentVersion: 1 },
    });
    expect(event!.data.screening.lines).toMatchObject([
      { lineId: lineIds[0], route: 'oral', durationDays: 10 },
    ]);
    const edit = await world.mutate(
      world.doctor,
      'setPrescriptionLines',
      { prescriptionId, expectedVersion: shown.version, lines: [] },
      whole,
    );
    expect(codes(edit)).toEqual(['ILLEGAL_MOVE']);
  });

  it('looks at the right to prescribe at this moment', async () => {
    const doctor = await world.join('doctor');
    const { prescriptionId, version } = await drafted(world, undefined, { doctor });
    await world.endMembership(doctor);
    const late = await world.mutate(
      doctor,
      'signPrescription',
      { prescriptionId, expectedVersion: version },
      whole,
    );
    expect(codes(late)).toEqual(['NOT_ALLOWED']);
    expect((await read(prescriptionId, doctor)).status).toBe('DRAFT');
    const elsewhere = {
      ...world.doctor,
      organisationId: newId<'Organisation'>(),
      membershipId: newId<'Membership'>(),
    };
    const mine = await drafted(world);
    const foreign = await world.mutate(
      elsewhere,
      'signPrescription',
      { prescriptionId: mine.prescriptionId, expectedVersion: mine.version },
      whole,
    );
    expect(codes(foreign)).toEqual(['NOT_ALLOWED']);
  });

  it('follows a membership that ends and is granted again, in whatever order that is heard of', async () => {
    const doctor = await world.join('doctor');
    const { prescriptionId, version } = await drafted(world, undefined, { doctor });
    const sign = async () => {
      await world.drain();
      return world.mutate(doctor, 'signPrescription', { prescriptionId, expectedVersion: version }, whole);
    };
    await endMembership(world, doctor);
    await grantMembership(world, doctor);
    expect(codes(await sign())).toEqual(['NOT_ALLOWED']);
    await grantMembership(world, doctor, 3);
    await endMembership(world, doctor);
    expect((await sign()).prescription).toMatchObject({ status: 'SIGNED' });
  });

  it('refuses an empty one, and repeats of unknown duration', async () => {
    const empty = await drafted(world, []);
    const nothing = await world.mutate(
      world.doctor,
      'signPrescription',
      { prescriptionId: empty.prescriptionId, expectedVersion: empty.version },
      whole,
    );
    expect(nothing.userErrors).toMatchObject([{ code: 'INVALID', path: ['lines'] }]);
    const endless = await drafted(world, [lineInput({ repeats: 2, durationDays: null })]);
    const refused = await world.mutate(
      world.doctor,
      'signPrescription',
      { prescriptionId: endless.prescriptionId, expectedVersion: endless.version },
      whole,
    );
    expect(refused.userErrors).toMatchObject([{ code: 'INVALID', path: ['lines', '0', 'durationDays'] }]);
  });
});

describe('a later change (R-01)', () => {
  it('is a new version linked to the old, which stays in force until the new one is signed', async () => {
    const { prescriptionId, ticketId } = await released(world);
    const before = await read(prescriptionId);
    const begun = await world.mutate(
      world.doctor,
      'amendPrescription',
      { prescriptionId, expectedVersion: before.version },
      whole,
    );
    expect(begun.prescription).toMatchObject({
      status: 'RELEASED',
      contentVersion: 1,
      amendment: { contentVersion: 2, lines: [{ quantity: 30 }] },
    });
    const lines = [lineInput({ id: begun.prescription.amendment.lines[0].id, quantity: 15 })];
    const saved = await world.mutate(
      world.doctor,
      'setPrescriptionLines',
      { prescriptionId, expectedVersion: begun.prescription.version, lines },
      whole,
    );
    // Nobody else sees what is being written.
    for (const other of [world.patient, world.pharmacist])
      expect(await read(prescriptionId, other)).toMatchObject({ lines: [{ quantity: 30 }], amendment: null });
    const done = await world.mutate(
      world.doctor,
      'signPrescription',
      { prescriptionId, expectedVersion: saved.prescription.version },
      whole,
    );
    expect(done.prescription).toMatchObject({
      status: 'SIGNED',
      contentVersion: 2,
      amendment: null,
      lines: [{ quantity: 15 }],
    });
    expect(done.prescription.history).toMatchObject([
      { version: 1, supersedes: null, lines: [{ quantity: 30 }] },
      { version: 2, supersedes: 1, lines: [{ quantity: 15 }] },
    ]);
    // The pharmacy has neither until the new one is released.
    expect(await read(prescriptionId, world.pharmacist)).toBeNull();
    await world.screen(prescriptionId);
    expect(await read(prescriptionId, world.pharmacist)).toMatchObject({
      status: 'RELEASED',
      lines: [{ quantity: 15 }],
    });
    expect(await fillOf(world, world.pharmacist, ticketId)).toMatchObject({
      number: 1,
      status: 'OPEN',
      lines: [{ remaining: 15 }],
    });
  });

  it('can be thrown away', async () => {
    const { prescriptionId } = await released(world);
    const { version } = await read(prescriptionId);
    const begun = await world.mutate(
      world.doctor,
      'amendPrescription',
      { prescriptionId, expectedVersion: version },
      whole,
    );
    const gone = await world.mutate(
      world.doctor,
      'discardDraft',
      { prescriptionId, expectedVersion: begun.prescription.version },
      whole,
    );
    expect(gone.prescription).toMatchObject({ status: 'RELEASED', amendment: null });
    const [left] = await world.sql(
      'SELECT count(*)::int AS n FROM prescription_line WHERE prescription_id = $1',
      [prescriptionId],
    );
    expect(left).toEqual({ n: 1 });
  });
});

describe('lists', () => {
  it('show a doctor the own ones with drafts, a patient what was signed, page by page', async () => {
    const patient = await world.join('patient');
    const doctor = await world.join('doctor');
    await drafted(world, undefined, { patient, doctor });
    const ids = [];
    for (let i = 0; i < 3; i += 1)
      ids.unshift((await signed(world, undefined, { patient, doctor })).prescriptionId);
    const page = (after: string | null, first = 2) =>
      world.query(
        patient,
        `query ($first: Int!, $after: String) { myPrescriptions(first: $first, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }`,
        { first, after },
      );
    const one = (await page(null)).myPrescriptions;
    const two = (await page(one.pageInfo.endCursor)).myPrescriptions;
    expect([...one.edges, ...two.edges].map(({ node }: any) => node.id)).toEqual(ids);
    expect([one.pageInfo.hasNextPage, two.pageInfo.hasNextPage]).toEqual([true, false]);
    const theirs = await world.query(doctor, '{ myPrescriptions { edges { node { status } } } }');
    expect(theirs.myPrescriptions.edges).toHaveLength(4);
    expect(
      (await world.ask(patient, '{ myPrescriptions(first: 101) { edges { cursor } } }')).errors?.[0]
        ?.extensions?.code,
    ).toBe('BAD_USER_INPUT');
  });
});
