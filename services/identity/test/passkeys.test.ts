import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { Authenticator, type Wrong } from './authenticator.ts';
import { factorsOf, refusedWith } from './factors.ts';
import {
  actorIn,
  demoActor,
  demoMembershipId,
  demoPassword,
  demoUserId,
  type Identity,
  startIdentity,
} from './identity.ts';

let identity: Identity;
const { send, challenged, signedIn, proved, withPasskey } = factorsOf(() => identity);
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const minutes = 60_000;
const refused = refusedWith('NOT_ALLOWED');
const signIn = async (authenticator: Authenticator, wrong: Wrong = {}, more: object = {}) => {
  const { options } = await send(null, 'beginPasskeySignIn');
  return send(null, 'signInWithPasskey', { passkey: authenticator.get(options, wrong), ...more });
};
const ready = async (login: string) => proved(actorIn((await signedIn(login)).accessToken));
const myPasskeys = async (actor: Actor) =>
  (await identity.query(actor, '{ myFactors { passkeys { id name synced lastUsedAt blockedAt version } } }'))[
    'myFactors'
  ].passkeys;

describe('a passkey', () => {
  it('is registered, signs in alone, is renamed and removed', async () => {
    const actor = await ready('doctor');
    expect(
      await send(actorIn((await signedIn('doctor')).accessToken), 'beginPasskeyRegistration'),
    ).toMatchObject(refusedWith('STEP_UP_REQUIRED'));
    const { authenticator, registered } = await withPasskey(actor);
    expect(registered).toMatchObject({ passkey: { name: 'My phone', synced: false, version: 1 } });
    expect(registered.recoveryCodes).toHaveLength(10);

    const { session, userErrors } = await signIn(authenticator);
    expect(userErrors).toEqual([]);
    expect(session).toMatchObject({ user: { id: actor.userId }, membership: { id: actor.membershipId } });
    const inside = actorIn(session.accessToken);
    const { mySessions } = await identity.query(inside, '{ mySessions { methods } }');
    expect(mySessions[0].methods).toEqual(['hwk', 'user', 'mfa']);

    const { id } = registered.passkey;
    const rename = { passkeyId: id, name: 'Blue key', expectedVersion: 1 };
    expect((await send(inside, 'renamePasskey', rename))['passkey']).toEqual({
      id,
      name: 'Blue key',
      version: 2,
    });
    expect(await send(inside, 'renamePasskey', rename)).toMatchObject({
      userErrors: [{ code: 'CONFLICT', currentVersion: 2 }],
    });
    expect(await send(inside, 'removePasskey', { passkeyId: id })).toMatchObject(
      refusedWith('STEP_UP_REQUIRED'),
    );
    const { options } = await send(inside, 'beginPasskeyConfirmation');
    const sure = await proved(inside, { passkey: authenticator.get(options) });
    expect(sure.stepUp?.methods).toEqual(['hwk', 'user', 'mfa']);
    expect(await send(sure, 'removePasskey', { passkeyId: id })).toEqual({
      factors: { passkeys: [], recoveryCodesLeft: 0 },
      userErrors: [],
    });
    expect(await signIn(authenticator)).toMatchObject({ session: null, ...refused });
  });

  it('is a second factor beside the password, where its presence is enough', async () => {
    const { authenticator } = await withPasskey(
      await ready('pharmacist'),
      new Authenticator({ synced: true }),
    );
    const challenge = await challenged('pharmacist');
    expect(challenge).toMatchObject({ accepts: ['PASSKEY', 'RECOVERY_CODE'], mustEnrol: false });
    const passkey = authenticator.get(challenge.passkeyOptions!, { unverified: true });
    const { session } = await send(null, 'completeSignIn', { challenge: challenge.token, passkey });
    const { mySessions } = await identity.query(actorIn(session.accessToken), '{ mySessions { methods } }');
    expect(mySessions[0].methods).toEqual(['pwd', 'swk', 'mfa']);
    expect(await send(null, 'completeSignIn', { challenge: challenge.token, passkey })).toMatchObject(
      refusedWith('EXPIRED'),
    );
  });

  it('acts in the membership that is asked for', async () => {
    const { authenticator } = await withPasskey(
      await ready('pharmacist2'),
      new Authenticator({ synced: true }),
    );
    const wanted = { membershipId: demoMembershipId('pharmacist2') };
    expect((await signIn(authenticator, {}, wanted))['session']).not.toBeNull();
    expect(await signIn(authenticator, {}, { membershipId: demoMembershipId('doctor') })).toMatchObject(
      refusedWith('NOT_FOUND'),
    );
  });

  it('that is somebody else’s proves nothing of oneself', async () => {
    const { authenticator } = await withPasskey(await ready('patient'), new Authenticator({ synced: true }));
    const other = await ready('patient2');
    await withPasskey(other, new Authenticator({ synced: true }));
    const { options } = await send(other, 'beginPasskeyConfirmation');
    expect(await send(other, 'confirmIdentity', { passkey: authenticator.get(options) })).toMatchObject(
      refused,
    );
    // Nor does it register, rename or remove anything of theirs.
    const [theirs] = await myPasskeys(demoActor('patient'));
    const input = { passkeyId: theirs.id, name: 'Mine', expectedVersion: 1 };
    expect(await send(other, 'renamePasskey', input)).toMatchObject(refusedWith('NOT_FOUND'));
  });
});

describe('what a passkey answers is refused', () => {
  let authenticator: Authenticator;
  let owner: Actor;
  beforeAll(async () => {
    owner = await ready('admin');
    ({ authenticator } = await withPasskey(owner, new Authenticator({ synced: true })));
  });

  it.each<[string, Wrong]>([
    ['from another page', { origin: 'http://localhost:4001' }],
    ['from a page that looks like ours', { origin: 'https://localhost.evil.example' }],
    ['for another domain', { domain: 'evil.example' }],
    ['to another challenge', { challenge: Buffer.alloc(32, 1).toString('base64url') }],
    ['meant for a registration', { type: 'webauthn.create' }],
    ['without having made sure of the user', { unverified: true }],
    ['without anybody being there', { absent: true, unverified: true }],
    ['under the handle of somebody else', { userHandle: Buffer.from('somebody').toString('base64url') }],
  ])('%s', async (_, wrong) => {
    expect(await signIn(authenticator, wrong)).toMatchObject({ session: null, ...refused });
    expect((await signIn(authenticator))['session']).not.toBeNull();
  });

  it('when it is sent again', async () => {
    const { options } = await send(null, 'beginPasskeySignIn');
    const passkey = authenticator.get(options);
    expect((await send(null, 'signInWithPasskey', { passkey }))['session']).not.toBeNull();
    expect(await send(null, 'signInWithPasskey', { passkey })).toMatchObject(refused);
  });

  it('even if the first answer to the challenge was wrong', async () => {
    const { options } = await send(null, 'beginPasskeySignIn');
    await send(null, 'signInWithPasskey', { passkey: authenticator.get(options, { unverified: true }) });
    expect(await send(null, 'signInWithPasskey', { passkey: authenticator.get(options) })).toMatchObject(
      refused,
    );
  });

  it('after ten minutes', async () => {
    const { options } = await send(null, 'beginPasskeySignIn');
    identity.later(10 * minutes);
    expect(await send(null, 'signInWithPasskey', { passkey: authenticator.get(options) })).toMatchObject(
      refused,
    );
  });

  it('when it answers what was asked for something else', async () => {
    const { options } = await send(owner, 'beginPasskeyConfirmation');
    expect(await send(null, 'signInWithPasskey', { passkey: authenticator.get(options) })).toMatchObject(
      refused,
    );
    const { options: anybody } = await send(null, 'beginPasskeySignIn');
    expect(await send(owner, 'confirmIdentity', { passkey: authenticator.get(anybody) })).toMatchObject(
      refused,
    );
  });

  it('by a passkey nobody knows, with the same words', async () => {
    const stranger = new Authenticator({ synced: true });
    stranger.create(JSON.stringify({ challenge: '', rp: { id: 'localhost' }, user: { id: 'AAAA' } }));
    const { userErrors } = await signIn(stranger);
    expect(userErrors).toEqual((await signIn(authenticator, { unverified: true }))['userErrors']);
  });

  it('when its signature is changed, or it is no passkey’s at all', async () => {
    const { options } = await send(null, 'beginPasskeySignIn');
    const answer = JSON.parse(authenticator.get(options));
    answer.response.signature = Buffer.from('nonsense').toString('base64url');
    expect(await send(null, 'signInWithPasskey', { passkey: JSON.stringify(answer) })).toMatchObject(refused);
    for (const passkey of ['nonsense', '{}', 'null', 'x'.repeat(10_001)])
      expect(await send(null, 'signInWithPasskey', { passkey })).toMatchObject({
        userErrors: expect.arrayContaining([expect.objectContaining({ code: 'INVALID' })]),
      });
  });

  it.each<[string, Wrong]>([
    ['from another page', { origin: 'https://evil.example' }],
    ['for another domain', { domain: 'evil.example' }],
    ['to another challenge', { challenge: Buffer.alloc(32, 1).toString('base64url') }],
    ['without having made sure of the user', { unverified: true }],
    ['meant for signing in', { type: 'webauthn.get' }],
  ])('when it is registered %s', async (_, wrong) => {
    const actor = await sureOf(owner);
    const { options } = await send(actor, 'beginPasskeyRegistration');
    const passkey = new Authenticator().create(options, wrong);
    expect(await send(actor, 'registerPasskey', { passkey, name: 'x' })).toMatchObject({
      registered: null,
      ...refused,
    });
  });

  it('when somebody else registers it', async () => {
    const actor = await sureOf(owner);
    const { options } = await send(actor, 'beginPasskeyRegistration');
    const passkey = new Authenticator().create(options);
    const other = await ready('doctor2');
    expect(await send(other, 'registerPasskey', { passkey, name: 'x' })).toMatchObject(refused);
    expect((await send(actor, 'registerPasskey', { passkey, name: 'x' }))['registered']).not.toBeNull();
    expect(await send(actor, 'registerPasskey', { passkey, name: 'x' })).toMatchObject(refused);
  });

  const sureOf = async (actor: Actor) => {
    const { options } = await send(actor, 'beginPasskeyConfirmation');
    return proved(actor, { passkey: authenticator.get(options) });
  };
});

describe('a passkey whose counter goes back', () => {
  it('is blocked, and the password alone is no way round it', async () => {
    const actor = await ready('doctor2');
    const { authenticator } = await withPasskey(actor);
    expect((await signIn(authenticator, { counter: 7 }))['session']).not.toBeNull();
    // A bad signature with an old counter blocks nothing.
    await signIn(authenticator, { counter: 3, origin: 'https://evil.example' });
    expect((await signIn(authenticator, { counter: 8 }))['session']).not.toBeNull();
    expect(await signIn(authenticator, { counter: 8 })).toMatchObject(refused);
    expect(await signIn(authenticator, { counter: 9 })).toMatchObject(refused);
    expect(await myPasskeys(actor)).toMatchObject([{ blockedAt: expect.any(String) }]);
    const challenge = await challenged('doctor2');
    expect(challenge).toMatchObject({ accepts: ['RECOVERY_CODE'], passkeyOptions: null });
  });
});

describe('the only way in', () => {
  it('is not taken away', async () => {
    const actor = await ready('doctor');
    const { authenticator, registered } = await withPasskey(actor, new Authenticator({ synced: true }));
    await identity.sql('DELETE FROM password_credentials WHERE user_id = $1', [demoUserId('doctor')]);
    const { options } = await send(actor, 'beginPasskeyConfirmation');
    const sure = await proved(actor, { passkey: authenticator.get(options) });
    const removal = { passkeyId: registered.passkey.id };
    expect(await send(sure, 'removePasskey', removal)).toMatchObject(refusedWith('ILLEGAL_MOVE'));
    expect((await send(sure, 'changePassword', { newPassword: demoPassword }))['user']).not.toBeNull();
    expect((await send(sure, 'removePasskey', removal))['factors']).not.toBeNull();
    await signedIn('doctor');
  });
});
