import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { actorIn, demoActor, demoPassword, type Identity, startIdentity, type Tokens } from './identity.ts';

let identity: Identity;
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const mutation = `mutation ($input: ConfirmIdentityInput!) { confirmIdentity(input: $input) {
  confirmation { accessToken expiresAt confirmedAt } userErrors { code message path } } }`;
const refreshMutation = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) {
  session { accessToken } userErrors { code } } }`;

const signedIn = async (login: string) => (await identity.signIn(login)).session!;
const confirm = async ({ accessToken }: Tokens, password = demoPassword) =>
  (await identity.ask(actorIn(accessToken), mutation, { input: { password } })).data.confirmIdentity;
const claims = (accessToken: string) => jwt.decode(accessToken) as Record<string, unknown>;

describe('proving again who one is', () => {
  it('gives an access token of the same session that says when and how (OpenID auth_time, RFC 8176 amr)', async () => {
    const tokens = await signedIn('doctor');
    expect(claims(tokens.accessToken)).not.toHaveProperty('auth_time');
    const { confirmation, userErrors } = await confirm(tokens);
    expect(userErrors).toEqual([]);
    expect(actorIn(confirmation.accessToken)).toEqual(actorIn(tokens.accessToken));
    expect(claims(confirmation.accessToken)).toMatchObject({
      auth_time: Date.parse(confirmation.confirmedAt) / 1000,
      amr: ['pwd'],
    });
  });

  it('is kept by no other token: neither refreshing nor another tab has it', async () => {
    const tokens = await signedIn('doctor');
    await confirm(tokens);
    const { data } = await identity.ask(null, refreshMutation, {
      input: { refreshToken: tokens.refreshToken },
    });
    expect(claims(data.refreshSession.session.accessToken)).not.toHaveProperty('auth_time');
    expect(claims((await signedIn('doctor')).accessToken)).not.toHaveProperty('amr');
  });

  it('is refused as signing in is: wrong password, too long a one', async () => {
    const tokens = await signedIn('pharmacist');
    expect(await confirm(tokens, 'not the password')).toEqual({
      confirmation: null,
      userErrors: (await identity.signIn('pharmacist', { password: 'not the password' })).userErrors,
    });
    expect(await confirm(tokens, 'x'.repeat(201))).toMatchObject({
      confirmation: null,
      userErrors: [{ code: 'INVALID', path: ['input', 'password'] }],
    });
  });

  it('counts with signing in: ten tries, whichever way', async () => {
    const tokens = await signedIn('patient2');
    for (let round = 0; round < 5; round += 1) {
      await confirm(tokens, 'not the password');
      await identity.signIn('patient2', { password: 'not the password' });
    }
    const limited = { code: 'RATE_LIMITED', message: 'Too many tries. Try again in 15 minutes.', path: [] };
    expect(await confirm(tokens)).toEqual({ confirmation: null, userErrors: [limited] });
    expect((await identity.signIn('patient2')).userErrors).toEqual([limited]);
  });

  it('forgets the tries before it', async () => {
    const tokens = await signedIn('doctor2');
    for (let round = 0; round < 12; round += 1) {
      expect((await confirm(tokens, 'not the password')).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
      expect((await confirm(tokens)).userErrors).toEqual([]);
    }
  });

  it('is of no use in a session that has ended, and needs one', async () => {
    const tokens = await signedIn('admin');
    await identity.ask(actorIn(tokens.accessToken), 'mutation { signOut { userErrors { code } } }');
    expect(await confirm(tokens)).toMatchObject({
      confirmation: null,
      userErrors: [{ code: 'NOT_ALLOWED', message: 'Your session has ended. Sign in again.' }],
    });
    const { errors } = await identity.ask(null, mutation, { input: { password: demoPassword } });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    const stranger = await identity.ask(demoActor('admin'), mutation, { input: { password: demoPassword } });
    expect(stranger.data.confirmIdentity.confirmation).toBeNull();
  });
});
