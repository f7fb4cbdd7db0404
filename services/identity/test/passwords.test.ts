import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SessionRevoked } from '@carethread/contracts/events/identity.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { factorsOf, refusedWith } from './factors.ts';
import {
  actorIn,
  demoActor,
  demoMembershipId,
  demoUserId,
  type Identity,
  startIdentity,
} from './identity.ts';

let identity: Identity;
const { send, challenged, signedIn, proved, enrolled } = factorsOf(() => identity);
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const newPassword = 'another good password';
const revoked = async () => (await identity.emitted(SessionRevoked)).map(({ aggregateId }) => aggregateId);

describe('changing one’s password', () => {
  it('needs a proof, ends the other sessions, and keeps the one it is done in', async () => {
    const [here, elsewhere] = [await signedIn('patient'), await signedIn('patient')];
    const actor = actorIn(here.accessToken);
    expect(await send(actor, 'changePassword', { newPassword })).toMatchObject(
      refusedWith('STEP_UP_REQUIRED'),
    );
    const sure = await proved(actor);
    expect(await send(sure, 'changePassword', { newPassword: 'short' })).toMatchObject(
      refusedWith('INVALID'),
    );
    expect((await send(sure, 'changePassword', { newPassword }))['user']).toEqual({ id: actor.userId });
    expect(await revoked()).toContain(actorIn(elsewhere.accessToken).sessionId);
    expect(await revoked()).not.toContain(actor.sessionId);
    expect((await identity.signIn('patient')).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    expect((await identity.signIn('patient', { password: newPassword })).session).not.toBeNull();
  });

  it('makes a sign-in that is half done begin again', async () => {
    const { actor, code } = await enrolled('patient2');
    identity.later(30_000);
    const { token } = await challenged('patient2');
    const sure = await proved(actor, { password: 'carethread-demo', code: code() });
    await send(sure, 'changePassword', { newPassword });
    identity.later(30_000);
    expect(await send(null, 'completeSignIn', { challenge: token, code: code() })).toMatchObject(
      refusedWith('EXPIRED'),
    );
  });
});

describe('a reset by an administrator', () => {
  const reset = async (login: string, more: object = {}, actor = demoActor('admin')) =>
    send(actor, 'resetSignIn', { idempotencyKey: newId(), userId: demoUserId(login), ...more });

  it('ends all sessions at once, and its token sets one password, within a day', async () => {
    const before = actorIn((await signedIn('doctor')).accessToken);
    const { reset: first } = await reset('doctor');
    expect(await revoked()).toContain(before.sessionId);
    const { reset: second } = await reset('doctor');
    // The former one is void.
    expect(await send(null, 'choosePassword', { token: first.token, newPassword })).toMatchObject(
      refusedWith('EXPIRED'),
    );
    const meanwhile = actorIn((await signedIn('doctor')).accessToken);
    expect(await send(null, 'choosePassword', { token: second.token, newPassword })).toEqual({
      chosen: true,
      userErrors: [],
    });
    expect(await revoked()).toContain(meanwhile.sessionId);
    expect((await identity.signIn('doctor', { password: newPassword })).session).not.toBeNull();
    expect(await send(null, 'choosePassword', { token: second.token, newPassword })).toMatchObject(
      refusedWith('EXPIRED'),
    );
    const { reset: late } = await reset('doctor');
    identity.later(86_400_000);
    for (const token of [late.token, 'nonsense'])
      expect(await send(null, 'choosePassword', { token, newPassword })).toMatchObject(
        refusedWith('EXPIRED'),
      );
  });

  it('leaves second factors as they are, or takes them away', async () => {
    await enrolled('pharmacist');
    const { reset: kept } = await reset('pharmacist');
    await send(null, 'choosePassword', { token: kept.token, newPassword });
    await challenged('pharmacist', { password: newPassword });
    const { reset: lost } = await reset('pharmacist', { removeFactors: true });
    await challenged('pharmacist', { password: newPassword });
    await send(null, 'choosePassword', { token: lost.token, newPassword });
    expect((await identity.signIn('pharmacist', { password: newPassword })).session).not.toBeNull();
  });

  it('answers the same token for the same idempotency key', async () => {
    const more = { idempotencyKey: newId() };
    const { reset: first } = await reset('doctor2', more);
    expect((await reset('doctor2', more))['reset']).toEqual(first);
  });

  it('is for people whose permissions one holds', async () => {
    await identity.sql(`UPDATE memberships SET extra_permissions = '{ManageUsers}' WHERE id = $1`, [
      demoMembershipId('doctor2'),
    ]);
    const manager = { ...demoActor('doctor2'), permissions: ['ManageUsers' as const] };
    expect(await reset('admin', {}, manager)).toMatchObject(refusedWith('NOT_ALLOWED'));
    expect((await reset('patient', {}, manager))['reset']).not.toBeNull();
    const answer = await identity.ask(
      demoActor('pharmacist2'),
      'mutation ($input: ResetSignInInput!) { resetSignIn(input: $input) { reset { token } } }',
      { input: { idempotencyKey: newId(), userId: demoUserId('patient') } },
    );
    expect(answer.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
