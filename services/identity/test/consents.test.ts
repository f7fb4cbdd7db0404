import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import {
  ConsentDecided,
  EmergencyAccessEnded,
  EmergencyAccessOpened,
  EmergencyAccessReviewed,
} from '@carethread/contracts/events/identity.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { mutationText } from '@carethread/service-kit/testing/mutation-text.ts';
import {
  actorIn,
  demoActor,
  demoOrganisationId,
  demoUserId,
  type Identity,
  startIdentity,
} from './identity.ts';

let identity: Identity;
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const consent =
  'id kind given byDefault version organisation { id } history { number given textVersion decidedAt }';
const access = 'id open reason text patient { id } holder { id } endsAt finding findingText version';
const results = {
  decideConsent: `consent { ${consent} }`,
  openEmergencyAccess: `token { accessToken expiresAt access { ${access} } }`,
  resumeEmergencyAccess: `token { accessToken expiresAt access { ${access} } }`,
  endEmergencyAccess: `access { ${access} }`,
  reviewEmergencyAccess: `access { ${access} }`,
};
const send = async (actor: Actor, mutation: keyof typeof results, input: object) => {
  const { data, errors } = await identity.ask(actor, mutationText(mutation, results[mutation]), { input });
  return { ...data?.[mutation], errors };
};
const patient = demoActor('patient');
const clinic = demoOrganisationId('hillside-clinic');
const decide = (kind: string, given: boolean, expectedVersion: number, more: object = {}) =>
  send(patient, 'decideConsent', {
    idempotencyKey: newId(),
    kind,
    given,
    textVersion: '2026-11',
    expectedVersion,
    ...more,
  });

describe('a consent (U-10)', () => {
  it('holds by its default until the patient decides, and every decision is kept', async () => {
    const { data } = await identity.ask(patient, `{ myConsents { ${consent} } }`);
    const shown = data.myConsents.map((each: Record<string, unknown>) => [
      each['kind'],
      each['given'],
      each['byDefault'],
    ]);
    expect(shown).toEqual([
      ['RECORDING', false, true],
      ['AI', false, true],
      ['EMERGENCY_ACCESS', true, true],
    ]);
    expect((await decide('RECORDING', true, 0)).consent).toMatchObject({ given: true, version: 1 });
    expect((await decide('RECORDING', false, 0)).userErrors).toMatchObject([
      { code: 'CONFLICT', currentVersion: 1 },
    ]);
    const { consent: withdrawn } = await decide('RECORDING', false, 1);
    expect(withdrawn).toMatchObject({ given: false, byDefault: false, version: 2 });
    expect(withdrawn.history).toMatchObject([
      { number: 1, given: true, textVersion: '2026-11' },
      { number: 2, given: false },
    ]);
    expect(await identity.onRecord('Consent', withdrawn.id, patient.userId)).toEqual([
      `C ${patient.userId} PATRQT`,
      `R ${patient.userId} PATRQT`,
    ]);
    await expect(identity.sqlAsApp('UPDATE consent_decisions SET given = true')).rejects.toThrow(
      'permission',
    );
  });

  it('to share is for one clinic, and told of', async () => {
    expect((await decide('SHARE_RECORD', true, 0)).userErrors).toMatchObject([{ code: 'INVALID' }]);
    const pharmacy = { organisationId: demoOrganisationId('pharmacy-1') };
    expect((await decide('SHARE_RECORD', true, 0, pharmacy)).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
    const { consent: given } = await decide('SHARE_RECORD', true, 0, { organisationId: clinic });
    await decide('SHARE_RECORD', false, 1, { organisationId: clinic });
    const told = (await identity.emitted(ConsentDecided)).filter((each) => each.aggregateId === given.id);
    const about = {
      consentId: given.id,
      patientId: patient.userId,
      kind: 'share_record',
      organisationId: clinic,
    };
    expect(told.map(({ sequence, data }) => [sequence, data])).toEqual([
      [1, { ...about, given: true }],
      [2, { ...about, given: false }],
    ]);
  });

  it('is nobody else’s to see or decide', async () => {
    await decide('AI', true, 0);
    for (const login of ['patient2', 'doctor', 'admin']) {
      const { data } = await identity.ask(demoActor(login), '{ myConsents { version } }');
      expect(data?.myConsents?.some(({ version }: { version: number }) => version > 0) ?? false).toBe(false);
    }
  });
});

describe('an emergency access (U-09)', () => {
  const doctor = async (): Promise<Actor> => ({
    ...actorIn((await identity.signIn('doctor2')).session!.accessToken),
    stepUp: { at: Math.floor(Date.now() / 1000), methods: ['pwd'] },
  });
  const wish = (more: object = {}) => ({
    idempotencyKey: newId(),
    patientId: patient.userId,
    reason: 'UNCONSCIOUS',
    text: 'Found unconscious at the station.',
    ...more,
  });
  const list = async (actor: Actor) =>
    (await identity.ask(actor, `{ emergencyAccesses { edges { node { ${access} } } } }`)).data
      .emergencyAccesses.edges;

  it('needs a proof of identity, a reason and a patient', async () => {
    const { stepUp: _, ...unproved } = await doctor();
    const code = async (actor: Actor, input: object) =>
      (await send(actor, 'openEmergencyAccess', input)).userErrors?.[0]?.code;
    expect(await code(unproved, wish())).toBe('STEP_UP_REQUIRED');
    const old = {
      ...(await doctor()),
      stepUp: { at: Math.floor(Date.now() / 1000) - 301, methods: ['pwd'] },
    };
    expect(await code(old, wish())).toBe('STEP_UP_REQUIRED');
    expect(await code(await doctor(), wish({ text: 'short' }))).toBe('INVALID');
    expect(await code(await doctor(), wish({ patientId: newId() }))).toBe('NOT_FOUND');
    expect(await code(await doctor(), wish({ patientId: demoUserId('doctor') }))).toBe('NOT_FOUND');
    expect((await send(patient, 'openEmergencyAccess', wish())).errors).toBeDefined();
  });

  it('opens one record for an hour, is seen by the patient, judged by somebody else, and ends by that', async () => {
    const holder = await doctor();
    const input = wish();
    const { token } = await send(holder, 'openEmergencyAccess', input);
    const acting = actorIn(token.accessToken);
    expect(acting.emergencyId).toBe(token.access.id);
    expect(acting.stepUp).toBeUndefined();
    expect(Date.parse(token.access.endsAt) - Date.now()).toBeLessThanOrEqual(3_600_000);
    expect((await send(holder, 'openEmergencyAccess', input)).token.access).toEqual(token.access);
    expect((await send(holder, 'openEmergencyAccess', wish())).userErrors).toMatchObject([
      { code: 'CONFLICT' },
    ]);
    const resumed = await send(holder, 'resumeEmergencyAccess', { accessId: token.access.id });
    expect(resumed.token.access.endsAt).toBe(token.access.endsAt);
    expect(
      (await send(demoActor('doctor'), 'resumeEmergencyAccess', { accessId: token.access.id })).userErrors,
    ).toMatchObject([{ code: 'NOT_FOUND' }]);

    // By it the name is known, and nothing can be changed.
    const { data } = await identity.ask(acting, 'query ($id: ID!) { user(id: $id) { displayName } }', {
      id: patient.userId,
    });
    expect(data.user).toEqual({ displayName: 'Mara Lindqvist' });
    expect(
      (await send(acting, 'endEmergencyAccess', { accessId: token.access.id, expectedVersion: 1 })).errors,
    ).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);

    expect(await list(patient)).toMatchObject([
      { node: { open: true, text: 'Found unconscious at the station.', holder: { id: holder.userId } } },
    ]);
    expect(await list(demoActor('patient2'))).toEqual([]);
    expect(await list(demoActor('doctor'))).toEqual([]);
    const review = {
      accessId: token.access.id,
      expectedVersion: 1,
      finding: 'JUSTIFIED',
      text: 'Ambulance report seen.',
    };
    expect((await send(holder, 'reviewEmergencyAccess', review)).errors).toBeDefined();
    const { access: judged } = await send(demoActor('admin'), 'reviewEmergencyAccess', review);
    expect(judged).toMatchObject({ open: false, finding: 'JUSTIFIED', version: 3 });
    expect(await list(patient)).toMatchObject([{ node: { findingText: 'Ambulance report seen.' } }]);
    expect(
      (await identity.ask(acting, 'query ($id: ID!) { user(id: $id) { id } }', { id: patient.userId })).data
        .user,
    ).toBeNull();
    expect(await identity.onRecord('EmergencyAccess', token.access.id, patient.userId)).toEqual(
      [
        `C ${holder.userId} TREAT`,
        `R ${holder.userId} TREAT`,
        `R ${patient.userId} PATRQT`,
        `R ${demoUserId('admin')} HOPERAT`,
        `U ${demoUserId('admin')} HOPERAT`,
      ].toSorted(),
    );
    for (const event of [EmergencyAccessOpened, EmergencyAccessEnded, EmergencyAccessReviewed])
      expect(await identity.emitted(event as typeof EmergencyAccessEnded)).toHaveLength(1);
  });

  it('ends by itself, by its clock in the database, and early when its holder says so', async () => {
    const holder = await doctor();
    const { token } = await send(holder, 'openEmergencyAccess', wish());
    const acting = actorIn(token.accessToken);
    const seen = async () =>
      (await identity.ask(acting, 'query ($id: ID!) { user(id: $id) { id } }', { id: patient.userId })).data
        .user;
    expect(await seen()).not.toBeNull();
    const shift = `UPDATE emergency_accesses SET opened_at = opened_at - interval '61 minutes',
      ends_at = ends_at - interval '61 minutes' WHERE id = $1`;
    await identity.sql(shift, [token.access.id]);
    expect(await seen()).toBeNull();
    expect(
      (await send(holder, 'resumeEmergencyAccess', { accessId: token.access.id })).userErrors,
    ).toMatchObject([{ code: 'NOT_FOUND' }]);
    const { token: next } = await send(holder, 'openEmergencyAccess', wish());
    const end = { accessId: next.access.id, expectedVersion: 1 };
    expect((await send(holder, 'endEmergencyAccess', end)).access).toMatchObject({ open: false, version: 2 });
  });

  it('is refused where the patient objects, which ends what is open, and after five in a day', async () => {
    const holder = await doctor();
    const { token } = await send(holder, 'openEmergencyAccess', wish());
    await decide('EMERGENCY_ACCESS', false, 0);
    expect(
      (await send(holder, 'resumeEmergencyAccess', { accessId: token.access.id })).userErrors,
    ).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await send(holder, 'openEmergencyAccess', wish())).userErrors).toMatchObject([
      { code: 'NOT_ALLOWED' },
    ]);
    await decide('EMERGENCY_ACCESS', true, 1);
    const outcomes = await Promise.all(
      Array.from({ length: 4 }, () =>
        send(holder, 'openEmergencyAccess', wish({ patientId: demoUserId('patient2') })),
      ),
    );
    // Four were opened before; of four at once one more is let through, and the others wait for its end.
    expect(outcomes.filter(({ token: opened }) => opened)).toHaveLength(1);
    expect((await send(holder, 'openEmergencyAccess', wish())).userErrors).toMatchObject([
      { code: 'RATE_LIMITED' },
    ]);
  });
});
