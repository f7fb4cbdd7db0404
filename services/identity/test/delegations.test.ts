import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { DelegationEnded, DelegationGranted } from '@carethread/contracts/events/identity.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { mutationText } from '@carethread/service-kit/testing/mutation-text.ts';
import { actorIn, demoActor, demoUserId, type Identity, startIdentity } from './identity.ts';

let identity: Identity;
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const delegation =
  'id status scopes endsAt version patient { id } delegate { id displayName } givenBy { id }';
const results = {
  offerDelegation: `offer { accessCode delegation { ${delegation} } }`,
  redeemDelegation: `delegation { ${delegation} }`,
  revokeDelegation: `delegation { ${delegation} }`,
  actAsProxy: 'token { accessToken expiresAt }',
};
const send = async (actor: Actor, mutation: keyof typeof results, input: object) => {
  const { data, errors } = await identity.ask(actor, mutationText(mutation, results[mutation]), { input });
  return { ...data?.[mutation], errors };
};
const day = 86_400_000;
const wish = (more: object = {}) => ({
  idempotencyKey: newId(),
  relation: 'CARER',
  scopes: ['READ', 'WRITE'],
  endsAt: new Date(Date.now() + 30 * day),
  ...more,
});
/** As signed in, because a token is only given to a session that lives. */
const signedIn = async (login: string) => actorIn((await identity.signIn(login)).session!.accessToken);

const patient = demoActor('patient');
/** The carer, who is a patient as well, of another clinic. */
const carer = () => signedIn('patient2');
async function taken(more: object = {}) {
  const { offer } = await send(patient, 'offerDelegation', wish(more));
  const { delegation: active } = await send(await carer(), 'redeemDelegation', {
    accessCode: offer.accessCode,
  });
  return active as { id: string; version: number };
}
const me = '{ me { id displayName email } mySessions { id } }';

describe('a delegation (T-15)', () => {
  it('is taken up with its code, once, and told of', async () => {
    const input = wish();
    const { offer } = await send(patient, 'offerDelegation', input);
    expect(offer.accessCode).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(offer.delegation).toMatchObject({ status: 'OFFERED', delegate: null, scopes: ['READ', 'WRITE'] });
    expect((await send(patient, 'offerDelegation', input)).offer).toEqual(offer);
    const stored = JSON.stringify(
      await identity.sql('SELECT d.*, c.result FROM delegations d, bus.command c'),
    );
    expect(stored).not.toContain(offer.accessCode);

    const accessCode = offer.accessCode.toLowerCase().replaceAll('-', ' ');
    const own = await send(patient, 'redeemDelegation', { accessCode });
    expect(own.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const { delegation: active } = await send(await carer(), 'redeemDelegation', { accessCode });
    expect(active).toMatchObject({ status: 'ACTIVE', version: 2, delegate: { id: demoUserId('patient2') } });
    expect((await send(await carer(), 'redeemDelegation', { accessCode })).delegation).toEqual(active);
    const other = await send(demoActor('doctor2'), 'redeemDelegation', { accessCode });
    expect(other.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await send(patient, 'offerDelegation', input)).offer.accessCode).toBeNull();

    expect(await identity.onRecord('Delegation', active.id, patient.userId)).toEqual(
      [
        `C ${patient.userId} PATRQT`,
        `R ${patient.userId} PATRQT`,
        `R ${demoUserId('patient2')} PATRQT`,
        `U ${demoUserId('patient2')} PATRQT`,
      ].toSorted(),
    );
    const told = (await identity.emitted(DelegationGranted)).filter((each) => each.aggregateId === active.id);
    expect(told[0]).toMatchObject({
      sequence: 2,
      data: { patientId: patient.userId, delegateId: demoUserId('patient2'), scopes: ['read', 'write'] },
    });
  });

  it('gives a token with the rights of the patient and the name of the carer, and nothing of the account', async () => {
    const { id: delegationId } = await taken({ scopes: ['READ'] });
    const { token } = await send(await carer(), 'actAsProxy', { delegationId });
    const acting = actorIn(token.accessToken);
    expect(acting).toMatchObject({
      userId: patient.userId,
      membershipId: patient.membershipId,
      proxyId: demoUserId('patient2'),
      delegationId,
      proxyScopes: ['read'],
    });
    const { data } = await identity.ask(acting, '{ me { id displayName email } }');
    expect(data.me).toEqual({ id: patient.userId, displayName: 'Mara Lindqvist', email: null });
    for (const field of ['mySessions { id }', 'delegations { edges { node { id } } }', 'myConsents { id }']) {
      const { errors } = await identity.ask(acting, `{ ${field} }`);
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    for (const mutation of Object.keys(results) as (keyof typeof results)[]) {
      const { errors } = await send(acting, mutation, {
        ...(mutation === 'offerDelegation' && wish()),
        ...(mutation === 'redeemDelegation' && { accessCode: 'x' }),
        ...(mutation === 'revokeDelegation' && { delegationId, expectedVersion: 2 }),
        ...(mutation === 'actAsProxy' && { delegationId }),
      });
      expect({ mutation, errors }).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    }
    expect((await identity.ask(patient, me)).data.me.email).toBe('patient@demo.example');
  });

  it('ends at once when either side takes it back, and nobody else can', async () => {
    for (const who of [patient, await carer()]) {
      const { id: delegationId, version: expectedVersion } = await taken();
      const stranger = await send(demoActor('doctor'), 'revokeDelegation', { delegationId, expectedVersion });
      expect(stranger.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
      const { delegation: ended } = await send(who, 'revokeDelegation', { delegationId, expectedVersion });
      expect(ended).toMatchObject({ status: 'ENDED', version: 3 });
      const again = await send(await carer(), 'actAsProxy', { delegationId });
      expect(again.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
      const told = await identity.emitted(DelegationEnded);
      expect(told.at(-1)).toMatchObject({ aggregateId: delegationId, sequence: 3, actorId: who.userId });
    }
  });

  it('gives no token that outlives it', async () => {
    const endsAt = new Date(Date.now() + 120_000);
    const { id: delegationId } = await taken({ endsAt });
    const { token } = await send(await carer(), 'actAsProxy', { delegationId });
    expect(Date.parse(token.expiresAt)).toBeLessThanOrEqual(endsAt.getTime());
    identity.later(121_000);
    expect((await send(await carer(), 'actAsProxy', { delegationId })).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
  });

  it('is given for a child by who may, until it comes of age', async () => {
    const child = { patientId: patient.userId, reason: 'Birth certificate seen.', relation: 'PARENT' };
    const bornOn = new Date(Date.now() - 18 * 365.25 * day + 10 * day).toISOString().slice(0, 10);
    const { offer } = await send(
      demoActor('admin'),
      'offerDelegation',
      wish({ ...child, childBornOn: bornOn }),
    );
    expect(offer.delegation).toMatchObject({
      patient: { id: patient.userId },
      givenBy: { id: demoUserId('admin') },
    });
    expect(Date.parse(offer.delegation.endsAt)).toBeLessThan(Date.now() + 12 * day);
    const doctor = await send(
      demoActor('doctor'),
      'offerDelegation',
      wish({ ...child, childBornOn: bornOn }),
    );
    expect(doctor.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const stranger = await send(
      demoActor('admin'),
      'offerDelegation',
      wish({ ...child, childBornOn: bornOn, patientId: newId() }),
    );
    expect(stranger.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  it('names the carer to those who know the patient, and to nobody else', async () => {
    await taken();
    const nameOf = async (actor: Actor) =>
      (await identity.ask(actor, 'query ($id: ID!) { user(id: $id) { id } }', { id: demoUserId('patient2') }))
        .data.user;
    expect(await nameOf(patient)).not.toBeNull();
    expect(await nameOf(demoActor('pharmacist'))).toBeNull();
    await identity.sql('INSERT INTO care_relations VALUES (gen_random_uuid(), $1, $2)', [
      patient.userId,
      demoActor('pharmacist').organisationId,
    ]);
    expect(await nameOf(demoActor('pharmacist'))).not.toBeNull();
    expect(await nameOf(demoActor('pharmacist2'))).toBeNull();
  });
});
