import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { drafted, fillWhole, released } from './steps.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const fields = `patientProfile { version birthDate sex weightGrams heightMillimetres pregnancy lactating creatinineClearance liverImpairment
  allergies { id code text recordedBy { id } } conditions { id code } }`;
const read = async (actor: Actor, patientId?: string) =>
  (
    await world.query(
      actor,
      `query ($id: ID) { ${fields.replace('patientProfile', 'patientProfile(patientId: $id)')} }`,
      { id: patientId },
    )
  ).patientProfile;

describe('a patient’s profile', () => {
  it('begins empty, with everything unknown', async () => {
    const patient = await world.join('patient');
    expect(await read(patient)).toEqual({
      version: 0,
      birthDate: null,
      sex: 'UNKNOWN',
      weightGrams: null,
      heightMillimetres: null,
      pregnancy: 'UNKNOWN',
      lactating: null,
      creatinineClearance: null,
      liverImpairment: 'UNKNOWN',
      allergies: [],
      conditions: [],
    });
  });

  it('is written by the patient, fact by fact, on the version that was read', async () => {
    const patient = await world.join('patient');
    const input = {
      expectedVersion: 0,
      birthDate: '1984-02-29',
      sex: 'FEMALE',
      weightGrams: 62_000,
      heightMillimetres: 1_680,
      pregnancy: 'NONE',
    };
    const one = await world.mutate(patient, 'updatePatientFacts', input, fields);
    expect(one.patientProfile).toMatchObject({
      version: 1,
      birthDate: '1984-02-29',
      sex: 'FEMALE',
      weightGrams: 62_000,
      heightMillimetres: 1_680,
      lactating: null,
    });
    const two = await world.mutate(
      patient,
      'updatePatientFacts',
      { expectedVersion: 1, lactating: true, weightGrams: null, pregnancy: null },
      fields,
    );
    expect(two.patientProfile).toMatchObject({
      version: 2,
      sex: 'FEMALE',
      lactating: true,
      weightGrams: null,
      pregnancy: 'UNKNOWN',
    });
    const stale = await world.mutate(
      patient,
      'updatePatientFacts',
      { expectedVersion: 1, lactating: false },
      fields,
    );
    expect(stale.userErrors).toMatchObject([{ code: 'CONFLICT', currentVersion: 2 }]);
    const wrong = await world.mutate(
      patient,
      'updatePatientFacts',
      { expectedVersion: 2, birthDate: '2030-01-01', weightGrams: 1 },
      fields,
    );
    expect(wrong.userErrors[0]).toMatchObject({ code: 'INVALID', path: ['input', 'weightGrams'] });
    expect(
      (
        await world.mutate(
          patient,
          'updatePatientFacts',
          { expectedVersion: 2, birthDate: '2030-01-01' },
          fields,
        )
      ).userErrors,
    ).toMatchObject([{ code: 'INVALID', path: ['input', 'birthDate'] }]);
    expect(
      (await world.mutate(patient, 'updatePatientFacts', { expectedVersion: 2 }, fields)).userErrors,
    ).toMatchObject([{ code: 'INVALID' }]);
  });

  it('holds allergies, coded or in words, each once', async () => {
    const patient = await world.join('patient');
    const record = (input: object) =>
      world.mutate(patient, 'recordAllergy', { idempotencyKey: newId(), ...input }, fields);
    const coded = await record({ code: 'ingredient:amoxicillin' });
    expect(coded.patientProfile.allergies).toMatchObject([
      { code: 'ingredient:amoxicillin', recordedBy: { id: patient.userId } },
    ]);
    expect((await record({ code: 'ingredient:amoxicillin' })).userErrors).toMatchObject([
      { code: 'INVALID', path: ['input', 'code'] },
    ]);
    expect((await record({})).userErrors).toMatchObject([{ code: 'INVALID', path: ['input', 'code'] }]);
    expect((await record({ code: 'penicillin' })).userErrors).toMatchObject([
      { code: 'INVALID', path: ['input', 'code'] },
    ]);
    const idempotencyKey = newId();
    await record({ text: 'rash from a cream', idempotencyKey });
    const again = await record({ text: 'rash from a cream', idempotencyKey });
    expect(again.patientProfile.allergies).toHaveLength(2);
    const { version, allergies } = again.patientProfile;
    const ended = await world.mutate(
      patient,
      'endAllergy',
      { allergyId: allergies[0].id, expectedVersion: version },
      fields,
    );
    expect(ended.patientProfile).toMatchObject({
      version: version + 1,
      allergies: [{ code: null, text: 'rash from a cream' }],
    });
    expect(
      (
        await world.mutate(
          patient,
          'endAllergy',
          { allergyId: allergies[0].id, expectedVersion: version + 1 },
          fields,
        )
      ).userErrors,
    ).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await record({ code: 'ingredient:amoxicillin' })).userErrors).toEqual([]);
  });

  it('holds conditions by code', async () => {
    const patient = await world.join('patient');
    const { patientProfile } = await world.mutate(
      patient,
      'recordCondition',
      { code: 'asthma', idempotencyKey: newId() },
      fields,
    );
    expect(patientProfile.conditions).toMatchObject([{ code: 'asthma' }]);
    const input = { conditionId: patientProfile.conditions[0].id, expectedVersion: 1 };
    expect((await world.mutate(patient, 'endCondition', input, fields)).patientProfile).toMatchObject({
      version: 2,
      conditions: [],
    });
  });

  it('is open to doctor and pharmacy while they have an open ticket with the patient, and not a day longer', async () => {
    const patient = await world.join('patient');
    const doctor = await world.join('doctor');
    expect(await read(doctor, patient.userId)).toBeNull();
    const of = await released(world, undefined, { patient, doctor });
    await world.mutate(
      doctor,
      'recordAllergy',
      { patientId: patient.userId, code: 'class:PENICILLIN', idempotencyKey: newId() },
      fields,
    );
    await world.drain();
    await world.screen(of.prescriptionId);
    expect(await read(patient)).toMatchObject({
      allergies: [{ code: 'class:PENICILLIN', recordedBy: { id: doctor.userId } }],
    });
    const claimToken = await world.claim(of.ticketId);
    expect(await read(world.pharmacist, patient.userId)).toMatchObject({
      allergies: [{ code: 'class:PENICILLIN' }],
    });
    await fillWhole(world, of.ticketId, claimToken);
    await world.move(of.ticketId, 'closed', { fence: 1 });
    expect(await read(doctor, patient.userId)).toBeNull();
    expect(await read(world.pharmacist, patient.userId)).toBeNull();
    const late = await world.mutate(
      doctor,
      'recordAllergy',
      { patientId: patient.userId, code: 'class:OPIOID', idempotencyKey: newId() },
      fields,
    );
    expect(late.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const stranger = await world.join('patient');
    const theirs = await world.mutate(
      stranger,
      'updatePatientFacts',
      { patientId: patient.userId, expectedVersion: 0, sex: 'MALE' },
      fields,
    );
    expect(theirs.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect(
      (
        await world.ask(
          world.pharmacist,
          `mutation { recordAllergy(input: { code: "class:OPIOID", idempotencyKey: "${newId()}" }) { userErrors { code } } }`,
        )
      ).errors?.[0]?.extensions?.code,
    ).toBe('FORBIDDEN');
  });

  it('is what the catalog is asked with, for those who may see it', async () => {
    const patient = await world.join('patient');
    await world.mutate(
      patient,
      'updatePatientFacts',
      {
        expectedVersion: 0,
        birthDate: '2020-11-21',
        sex: 'MALE',
        weightGrams: 20_000,
        heightMillimetres: 1_150,
      },
      fields,
    );
    const { prescriptionId } = await drafted(world, undefined, { patient });
    const ask = async (actor: Actor) =>
      (
        await world.query(
          actor,
          `{ _entities(representations: [{ __typename: "Prescription", id: "${prescriptionId}" }]) { ... on Prescription { screeningInput } } }`,
        )
      )._entities[0]?.screeningInput;
    expect(await ask(world.doctor)).toMatchObject({
      lines: [{ route: 'oral' }],
      patient: { ageMonths: 71, sex: 'male', weightGrams: 20_000, heightMillimetres: 1_150 },
    });
    expect(await ask(patient)).toBeUndefined();
  });
});
