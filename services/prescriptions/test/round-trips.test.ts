import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { countRoundTrips, type RoundTripCounter } from '@carethread/service-kit/testing/round-trips.ts';
import { amendPrescription } from '../src/amend-prescription/amend-prescription.ts';
import { cancelPrescription } from '../src/cancel-prescription/cancel-prescription.ts';
import { discardDraft } from '../src/discard-draft/discard-draft.ts';
import { draftPrescription } from '../src/draft-prescription/draft-prescription.ts';
import { setLines } from '../src/edit-lines/set-lines.ts';
import type { Context } from '../src/graphql/context.ts';
import { handOver } from '../src/hand-over/hand-over.ts';
import { markNotDispensed } from '../src/mark-not-dispensed/mark-not-dispensed.ts';
import { overrideFinding } from '../src/override-finding/override-finding.ts';
import { prepareLines } from '../src/prepare-lines/prepare-lines.ts';
import { endAllergy } from '../src/record-allergy/end-allergy.ts';
import { recordAllergy } from '../src/record-allergy/record-allergy.ts';
import { redeemRepeat } from '../src/redeem-repeat/redeem-repeat.ts';
import { signPrescription } from '../src/sign-prescription/sign-prescription.ts';
import { updatePatientFacts } from '../src/update-patient-facts/update-patient-facts.ts';
import { directly } from './direct.ts';
import { finding, lineInput, lot } from './steps.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let counter: RoundTripCounter;
let direct: ReturnType<typeof directly>;
let doctor: Context;
let patient: Context;
let pharmacist: Context;
beforeAll(async () => {
  world = await startWorld();
  counter = await countRoundTrips(world.env['DATABASE_URL']!);
  direct = directly(world, { appUrl: counter.url, poolSize: 1 });
  doctor = direct.as(world.doctor);
  patient = direct.as(world.patient);
  pharmacist = direct.as(world.pharmacist);
  // The connection is made by the first use; that is not what is counted.
  await direct.database.asActor(null, (tx) => tx.query('SELECT 1'));
});
afterAll(async () => {
  await direct.close();
  await counter.close();
  await world.close();
});

describe('round trips to the database', () => {
  it('are two for every command, locks, decision, events and timers included', async () => {
    const counted: Record<string, number> = {};
    const count = async <Result>(
      command: (context: Context, input: object) => Promise<Result | Refusal>,
      context: Context,
      input: object,
    ) => {
      const results: (Result | Refusal)[] = [];
      counted[command.name] = await counter.during(async () => results.push(await command(context, input)));
      const [result] = results as [Result | Refusal];
      if (result instanceof Refusal) throw new Error(JSON.stringify(result.userErrors));
      return result;
    };
    const key = () => ({ idempotencyKey: newId() });

    const thrown = await count(draftPrescription, doctor, { ticketId: await world.openTicket(), ...key() });
    await count(discardDraft, doctor, { prescriptionId: thrown, expectedVersion: 1 });
    const ticketId = await world.openTicket();
    const prescriptionId = await draftPrescription(doctor, { ticketId, ...key() });
    if (prescriptionId instanceof Refusal) throw new Error('refused');
    const filledIn = { repeats: 0, substitutionAllowed: true, instructions: '' };
    const lines = [lineInput({ ...filledIn, repeats: 1 }), lineInput(filledIn)];
    const written = await count(setLines, doctor, { prescriptionId, expectedVersion: 1, lines });
    await world.resolve(prescriptionId);
    await count(signPrescription, doctor, { prescriptionId, expectedVersion: written.version });
    await world.screen(prescriptionId, { status: 'findings', findings: [finding('a')] });
    const answered = await count(overrideFinding, doctor, {
      prescriptionId,
      expectedVersion: 4,
      findingKey: 'a',
      reason: 'TOLERATED_BEFORE',
      text: 'For years.',
    });
    const amended = await count(amendPrescription, doctor, {
      prescriptionId,
      expectedVersion: answered.version,
    });
    await discardDraft(doctor, { prescriptionId, expectedVersion: amended.version });
    await world.move(ticketId, 'sent');
    const claim = { ticketId, claimToken: await world.claim(ticketId) };
    await world.screen(prescriptionId, { status: 'findings', findings: [finding('a')] });
    const [first, second] = answered.lines.map(({ id }) => id);
    const ready = await count(prepareLines, pharmacist, {
      ...claim,
      expectedVersion: 1,
      lines: [{ lineId: first, lots: [lot(30)] }],
    });
    await count(markNotDispensed, pharmacist, {
      ...claim,
      expectedVersion: 2,
      lineId: second,
      reason: 'OUT_OF_STOCK',
    });
    const items = ready.fills[0]!.preparations.map((each) => ({ preparationId: each.id, quantity: 30 }));
    await count(handOver, pharmacist, { ...claim, ...key(), items });
    world.clock.now = new Date('2026-12-20T09:00:00Z');
    await count(redeemRepeat, patient, {
      prescriptionId,
      pharmacyId: world.pharmacist.organisationId,
      ...key(),
    });
    await count(cancelPrescription, doctor, { prescriptionId, reason: 'PATIENT_WISH' });
    await count(updatePatientFacts, patient, { expectedVersion: 0, sex: 'FEMALE' });
    await count(recordAllergy, patient, { code: 'class:PENICILLIN', ...key() });
    const [{ id: allergyId }] = (await world.sql('SELECT id FROM patient_allergy')) as [{ id: string }];
    await count(endAllergy, patient, { allergyId, expectedVersion: 2 });
    expect(counted).toEqual({
      draftPrescription: 2,
      discardDraft: 2,
      setLines: 2,
      signPrescription: 2,
      overrideFinding: 2,
      amendPrescription: 2,
      prepareLines: 2,
      markNotDispensed: 2,
      handOver: 2,
      redeemRepeat: 2,
      cancelPrescription: 2,
      updatePatientFacts: 2,
      recordAllergy: 2,
      endAllergy: 3,
    });
  });
});
