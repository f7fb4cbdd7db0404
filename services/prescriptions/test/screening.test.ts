import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReleasePublished } from '@carethread/contracts/events/catalog.ts';
import {
  PrescriptionBlocked,
  PrescriptionReleased,
  RescreenRequested,
} from '@carethread/contracts/events/prescriptions.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { drafted, finding, fillWhole, lineInput, released, signed, type Written } from './steps.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const fields = `status version safety openItems lines { wording ingredients schedule }
  verdict { screeningNumber cause status releaseId findings { key severity override { reason text } } notChecked { key check reason override { text } } }
  overrides { findingKey reason text doctor { id } }`;
const read = async (id: string, actor = world.doctor) =>
  (await world.query(actor, `query ($id: ID!) { prescription(id: $id) { ${fields} } }`, { id })).prescription;
const answer = async (prescriptionId: string, findingKey: string, more: object = {}) => {
  const { version } = await read(prescriptionId);
  const input = {
    prescriptionId,
    findingKey,
    reason: 'WILL_BE_MONITORED',
    text: 'INR weekly',
    expectedVersion: version,
    ...more,
  };
  return world.mutate(world.doctor, 'overrideFinding', input, `prescription { ${fields} }`);
};
const asked = async ({ prescriptionId }: Pick<Written, 'prescriptionId'>) =>
  (await world.emitted(RescreenRequested)).filter((event) => event.aggregateId === prescriptionId);
const gap = { check: 'dose', lineId: null, reason: 'weight_unknown' };

describe('a verdict (R-04)', () => {
  it('that is clear releases, with the words and codes of the catalog', async () => {
    const { prescriptionId, ticketId } = await signed(world);
    expect(await read(prescriptionId)).toMatchObject({ status: 'SIGNED', safety: 'PENDING', verdict: null });
    await world.screen(prescriptionId);
    expect(await read(prescriptionId)).toMatchObject({
      status: 'RELEASED',
      safety: 'CLEAR',
      verdict: { status: 'CLEAR', cause: 'SIGNED', screeningNumber: 1 },
      lines: [{ wording: 'Amoxicillin 500 mg oral capsule', ingredients: ['amoxicillin'] }],
    });
    const events = (await world.emitted(PrescriptionReleased)).filter(
      (e) => e.aggregateId === prescriptionId,
    );
    expect(events).toMatchObject([
      { data: { ticketId, overridden: false, validUntil: '2027-05-19T09:00:00.000Z' } },
    ]);
  });

  it('with findings or gaps blocks until every one is answered, and is never shown as clear', async () => {
    const { prescriptionId } = await signed(world);
    await world.screen(prescriptionId, {
      status: 'incomplete',
      findings: [finding('interaction:R1')],
      notChecked: [gap],
    });
    const blocked = await read(prescriptionId);
    expect(blocked).toMatchObject({ status: 'BLOCKED', safety: 'OPEN', verdict: { status: 'INCOMPLETE' } });
    expect(blocked.openItems).toEqual(['interaction:R1', 'notChecked:dose:patient:weight_unknown']);
    const events = (await world.emitted(PrescriptionBlocked)).filter((e) => e.aggregateId === prescriptionId);
    expect(events).toMatchObject([{ data: { verdict: 'incomplete', open: 2 } }]);
    const one = await answer(prescriptionId, 'interaction:R1');
    expect(one.prescription).toMatchObject({
      status: 'BLOCKED',
      openItems: ['notChecked:dose:patient:weight_unknown'],
    });
    const two = await answer(prescriptionId, 'notChecked:dose:patient:weight_unknown', {
      reason: 'CHECKED_BY_HAND',
      text: 'Weighed here.',
    });
    expect(two.prescription).toMatchObject({ status: 'RELEASED', safety: 'OVERRIDDEN', openItems: [] });
  });

  it('without a word why it is not clear still blocks', async () => {
    const { prescriptionId } = await signed(world);
    await world.screen(prescriptionId, { status: 'incomplete' });
    expect(await read(prescriptionId)).toMatchObject({
      status: 'BLOCKED',
      safety: 'OPEN',
      openItems: ['verdict:incomplete'],
    });
  });

  it('that is late or about other content changes nothing, and is kept', async () => {
    const { prescriptionId } = await signed(world);
    await world.screen(prescriptionId, {}, { contentHash: '0'.repeat(64) });
    await world.screen(prescriptionId, {}, { screeningNumber: 7 });
    expect((await read(prescriptionId)).status).toBe('SIGNED');
    await world.mutate(
      world.patient,
      'recordAllergy',
      { code: `ingredient:late-${newId()}`, idempotencyKey: newId() },
      'patientProfile { version }',
    );
    await world.drain();
    await world.screen(prescriptionId, {}, { screeningNumber: 1 });
    expect(await read(prescriptionId)).toMatchObject({
      status: 'SIGNED',
      safety: 'PENDING',
      verdict: { screeningNumber: 1 },
    });
    await world.screen(prescriptionId);
    expect(await read(prescriptionId)).toMatchObject({
      status: 'RELEASED',
      verdict: { screeningNumber: 2, cause: 'PATIENT_FACTS' },
    });
  });

  it('that does not come in time counts as incomplete, until it does', async () => {
    const { prescriptionId } = await signed(world);
    const began = world.clock.now;
    world.clock.now = new Date(began.getTime() + 61_000);
    await world.drain();
    expect(await read(prescriptionId)).toMatchObject({
      status: 'BLOCKED',
      verdict: {
        status: 'INCOMPLETE',
        releaseId: null,
        notChecked: [{ key: 'notChecked:screening:patient:timeout' }],
      },
    });
    await world.screen(prescriptionId);
    expect(await read(prescriptionId)).toMatchObject({
      status: 'RELEASED',
      safety: 'CLEAR',
      verdict: { status: 'CLEAR' },
    });
  });
});

describe('an override (R-06)', () => {
  it('needs a coded reason and a text, and the pharmacist sees it', async () => {
    const done = await signed(world);
    const { prescriptionId } = done;
    await world.screen(prescriptionId, { status: 'findings', findings: [finding('a')] });
    expect((await answer(prescriptionId, 'a', { text: 'no' })).userErrors).toMatchObject([
      { code: 'INVALID', path: ['input', 'text'] },
    ]);
    expect((await answer(prescriptionId, 'other')).userErrors).toMatchObject([
      { code: 'INVALID', path: ['input', 'findingKey'] },
    ]);
    expect((await answer(prescriptionId, 'a', { expectedVersion: 1 })).userErrors).toMatchObject([
      { code: 'CONFLICT' },
    ]);
    await answer(prescriptionId, 'a');
    expect((await answer(prescriptionId, 'a')).userErrors).toMatchObject([{ code: 'INVALID' }]);
    await world.move(done.ticketId, 'sent');
    expect((await read(prescriptionId, world.pharmacist)).overrides).toEqual([
      {
        findingKey: 'a',
        reason: 'WILL_BE_MONITORED',
        text: 'INR weekly',
        doctor: { id: world.doctor.userId },
      },
    ]);
    expect((await read(prescriptionId, world.pharmacist)).verdict.findings).toMatchObject([
      { key: 'a', override: { text: 'INR weekly' } },
    ]);
  });

  it('given while writing counts for exactly what was written', async () => {
    const kept = await drafted(world);
    await answer(kept.prescriptionId, 'a');
    const changed = await drafted(world);
    await answer(changed.prescriptionId, 'a');
    const { version } = await read(changed.prescriptionId);
    await world.mutate(
      world.doctor,
      'setPrescriptionLines',
      {
        prescriptionId: changed.prescriptionId,
        expectedVersion: version,
        lines: [lineInput({ id: changed.lineIds[0], quantity: 60 })],
      },
      'prescription { id }',
    );
    for (const { prescriptionId } of [kept, changed]) {
      const { version: expectedVersion } = await read(prescriptionId);
      await world.mutate(
        world.doctor,
        'signPrescription',
        { prescriptionId, expectedVersion },
        'prescription { id }',
      );
      await world.screen(prescriptionId, { status: 'findings', findings: [finding('a')] });
    }
    expect((await read(kept.prescriptionId)).status).toBe('RELEASED');
    expect((await read(changed.prescriptionId)).status).toBe('BLOCKED');
  });
});

describe('checking again (R-05)', () => {
  it('happens on a new allergy, and what is found holds back what was released', async () => {
    const patient = await world.join('patient');
    const done = await released(world, undefined, { patient });
    const claimToken = await world.claim(done.ticketId);
    const recorded = await world.mutate(
      patient,
      'recordAllergy',
      { code: 'class:PENICILLIN', idempotencyKey: newId() },
      'patientProfile { version allergies { code } }',
    );
    expect(recorded.patientProfile).toEqual({ version: 1, allergies: [{ code: 'class:PENICILLIN' }] });
    // From this moment on, before anything else has happened.
    expect((await fillWhole(world, done.ticketId, claimToken)).userErrors).toMatchObject([
      { code: 'BLOCKED' },
    ]);
    await world.drain();
    const requests = await asked(done);
    expect(requests.at(-1)?.data.screening.patient.allergies).toEqual(['class:PENICILLIN']);
    await world.screen(done.prescriptionId, {
      status: 'findings',
      findings: [finding('allergy:amoxicillin', { kind: 'allergy' })],
    });
    expect(await read(done.prescriptionId)).toMatchObject({
      status: 'RELEASED',
      safety: 'OPEN',
      openItems: ['allergy:amoxicillin'],
    });
    expect((await fillWhole(world, done.ticketId, claimToken)).userErrors).toMatchObject([
      { code: 'BLOCKED' },
    ]);
    expect((await world.emitted(PrescriptionBlocked)).at(-1)).toMatchObject({
      aggregateId: done.prescriptionId,
      data: { open: 1 },
    });
    await answer(done.prescriptionId, 'allergy:amoxicillin', {
      reason: 'TOLERATED_BEFORE',
      text: 'Tested negative in May.',
    });
    expect((await fillWhole(world, done.ticketId, claimToken)).userErrors).toEqual([]);
  });

  it('happens at each claim, and not when a colleague takes over', async () => {
    const done = await released(world);
    const before = (await asked(done)).length;
    await world.claim(done.ticketId, 1);
    expect((await asked(done)).length).toBe(before + 1);
    await world.move(done.ticketId, 'received', { fence: 2, held: true, reason: 'taken_over' });
    expect((await asked(done)).length).toBe(before + 1);
    await world.move(done.ticketId, 'sent', { fence: 2, reason: 'returned' });
    await world.claim(done.ticketId, 3);
    expect((await asked(done)).length).toBe(before + 2);
  });

  it('R-07 happens when the patient gets another medicine, and each sees the ingredients of the others', async () => {
    const patient = await world.join('patient');
    const first = await released(world, undefined, { patient });
    const second = await signed(world, undefined, { patient });
    await world.screen(second.prescriptionId);
    const [request] = (await asked(first)).slice(-1);
    expect(request?.data.screening.patient.currentIngredients).toEqual(['amoxicillin']);
    expect((await asked(second)).length).toBe(0);
    await world.mutate(
      world.doctor,
      'cancelPrescription',
      { prescriptionId: second.prescriptionId, reason: 'THERAPY_CHANGED' },
      'outcome',
    );
    await world.claim(first.ticketId);
    expect((await asked(first)).at(-1)?.data.screening.patient.currentIngredients).toEqual([]);
  });

  it('happens for everything in force when the catalog has a new release, batch by batch', async () => {
    const patient = await world.join('patient');
    const done = await released(world, undefined, { patient });
    await world.sql(`UPDATE prescription SET status = 'cancelled' WHERE id <> $1`, [done.prescriptionId]);
    // Beside it, enough for three batches.
    const copies = await world.sql<{ id: string }>(
      `INSERT INTO prescription SELECT (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(),
           'ticket_id', gen_random_uuid()))).* FROM prescription p, generate_series(1, 120) WHERE id = $1 RETURNING id`,
      [done.prescriptionId],
    );
    const releaseId = newId<'Release'>();
    await world.publish(ReleasePublished, {
      aggregateId: releaseId,
      sequence: 1,
      data: { releaseId, number: 2 },
    });
    await world.drain();
    const [{ n }] = (await world.sql(
      `SELECT count(*)::int AS n FROM screening WHERE cause = 'catalog_release' AND prescription_id = ANY($1)`,
      [[done.prescriptionId, ...copies.map(({ id }) => id)]],
    )) as [{ n: number }];
    expect(n).toBe(121);
    expect(await world.sql(`SELECT 1 FROM bus.task WHERE kind = 'rescreen-release'`)).toEqual([]);
  });
});
