import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import { codeOf, factorsOf, refusedWith } from './factors.ts';
import {
  actorIn,
  demoActor,
  demoOrganisationId,
  demoUserId,
  type Identity,
  startIdentity,
} from './identity.ts';

let identity: Identity;
const { send, now, challenged, signedIn } = factorsOf(() => identity);
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const minutes = 60_000;
const set = (role: string, more: object = {}, actor = demoActor('admin')) =>
  send(actor, 'setSignInPolicy', {
    idempotencyKey: newId(),
    role,
    mfaRequired: false,
    expectedVersion: 0,
    ...more,
  });
const refreshMutation = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) {
  session { accessToken refreshToken } userErrors { code } } }`;
const refresh = async (refreshToken: string) =>
  (await identity.query(null, refreshMutation, { input: { refreshToken } }))['refreshSession'].session;

describe('where a second factor is asked for', () => {
  it('who has none is led to enrol, and gets in by that', async () => {
    const before = await signedIn('doctor');
    const harbour = demoOrganisationId('harbour-clinic');
    const { policy } = await set('DOCTOR', { organisationId: harbour, mfaRequired: true });
    expect(policy).toMatchObject({
      role: 'DOCTOR',
      mfaRequired: true,
      version: 1,
      organisation: { id: harbour },
    });
    // A session that was opened with one factor does not go on.
    expect(await refresh(before.refreshToken)).toBeNull();
    // Another clinic asks for nothing.
    await signedIn('doctor2');

    const challenge = await challenged('doctor');
    expect(challenge).toMatchObject({ accepts: [], mustEnrol: true, passkeyOptions: null });
    expect(await send(null, 'completeSignIn', { challenge: challenge.token, code: '000000' })).toMatchObject(
      refusedWith('EXPIRED'),
    );
    const { setUp } = await send(null, 'beginRequiredEnrolment', { challenge: challenge.token });
    const input = { challenge: challenge.token, code: codeOf(setUp.secret, now()) };
    const wrong = { ...input, code: input.code === '000000' ? '111111' : '000000' };
    expect(await send(null, 'completeRequiredEnrolment', wrong)).toMatchObject(refusedWith('NOT_ALLOWED'));
    const { enrolled } = await send(null, 'completeRequiredEnrolment', input);
    expect(enrolled.recoveryCodes).toHaveLength(10);
    expect(actorIn(enrolled.session.accessToken)).toMatchObject({ userId: demoUserId('doctor') });
    expect(await refresh(enrolled.session.refreshToken)).not.toBeNull();
    expect(await send(null, 'completeRequiredEnrolment', input)).toMatchObject(refusedWith('EXPIRED'));
    expect(await challenged('doctor')).toMatchObject({
      mustEnrol: false,
      accepts: ['CODE', 'RECOVERY_CODE'],
    });
  });

  it('a session with one factor cannot act there either', async () => {
    const patient = await signedIn('patient');
    const operator = newId<'Membership'>();
    await identity.sql(
      `INSERT INTO memberships (id, user_id, organisation_id, role, granted_at) VALUES ($1, $2, $3, 'administrator', now())`,
      [operator, demoUserId('patient'), demoOrganisationId('operator')],
    );
    await set('ADMINISTRATOR', { mfaRequired: true });
    const { actAs } = await identity.query(
      actorIn(patient.accessToken),
      'mutation ($input: ActAsInput!) { actAs(input: $input) { session { accessToken } userErrors { code } } }',
      { input: { membershipId: operator } },
    );
    expect(actAs).toEqual({ session: null, userErrors: [{ code: 'NOT_ALLOWED' }] });
    expect(await challenged('patient', { membershipId: operator })).toMatchObject({ mustEnrol: true });
    await signedIn('patient');
  });

  it('a challenge ends after ten minutes', async () => {
    const { token } = await challenged('doctor');
    identity.later(10 * minutes);
    expect(await send(null, 'completeSignIn', { challenge: token, code: '000000' })).toMatchObject(
      refusedWith('EXPIRED'),
    );
  });
});

describe('how long a session lives', () => {
  it('is set by role: without use, and in any case', async () => {
    await set('PHARMACIST', { idleMinutes: 20, lifetimeMinutes: 60 });
    const idle = await signedIn('pharmacist');
    identity.later(20 * minutes);
    expect(await refresh(idle.refreshToken)).toBeNull();

    let { refreshToken } = await signedIn('pharmacist');
    for (let part = 0; part < 3; part += 1) {
      identity.later(19 * minutes);
      refreshToken = (await refresh(refreshToken)).refreshToken;
    }
    identity.later(3 * minutes);
    expect(await refresh(refreshToken)).toBeNull();
  });

  it('is the stricter of what all and what the organisation asks, and counts for sessions that are open', async () => {
    const tokens = await signedIn('patient2');
    await set('PATIENT', { idleMinutes: 120 });
    const hillside = { organisationId: demoOrganisationId('hillside-clinic') };
    const { policy } = await set('PATIENT', { ...hillside, idleMinutes: 30 });
    identity.later(31 * minutes);
    expect(await refresh(tokens.refreshToken)).toBeNull();
    await set('PATIENT', { ...hillside, idleMinutes: 1000, expectedVersion: policy.version });
    const again = await signedIn('patient2');
    identity.later(31 * minutes);
    expect(await refresh(again.refreshToken)).not.toBeNull();
    identity.later(121 * minutes);
    expect(await refresh(again.refreshToken)).toBeNull();
  });

  it('is set by who may, based on what it was, and to nothing absurd', async () => {
    expect(await set('PHARMACIST', {})).toMatchObject({
      userErrors: [{ code: 'CONFLICT', currentVersion: 1 }],
    });
    expect(await set('DOCTOR', { idleMinutes: 5 })).toMatchObject({
      userErrors: [{ code: 'INVALID', path: ['input', 'idleMinutes'] }],
    });
    expect(await set('DOCTOR', { organisationId: newId() })).toMatchObject(refusedWith('NOT_FOUND'));
    const pretender = { ...demoActor('doctor'), permissions: ['ManageOrganisations' as const] };
    expect(await set('DOCTOR', {}, pretender)).toMatchObject(refusedWith('NOT_ALLOWED'));
    const { signInPolicies } = await identity.query(
      demoActor('admin'),
      '{ signInPolicies { edges { node { role idleMinutes } } } }',
    );
    expect(signInPolicies.edges).toHaveLength(5);
  });
});
