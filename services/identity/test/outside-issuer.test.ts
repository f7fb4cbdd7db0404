import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { createIssuers } from '../src/issuers/issuers.ts';
import { IssuerUnavailable, OutsideIssuer, ProofRefused } from '../src/issuers/outside-issuer.ts';
import type { IssuerSettings } from '../src/issuers/settings.ts';
import { type Hospital, startHospital } from '@carethread/service-kit/testing/hospital.ts';

const settingsOf = (hospital: Hospital, more: Partial<IssuerSettings> = {}): IssuerSettings => ({
  key: 'hospital',
  name: 'The Hospital',
  issuer: hospital.issuer,
  clientId: hospital.clientId,
  clientSecret: hospital.clientSecret,
  clientAuthentication: 'client_secret_basic',
  redirectUris: [hospital.redirectUri],
  scopes: ['openid', 'profile', 'email'],
  otherAudiences: [],
  algorithms: ['ES256', 'RS256'],
  requiredAcr: [],
  requiredAmr: [],
  trustedAmr: [],
  emailDomains: [],
  userInfo: false,
  memberships: [],
  ...more,
});
const { newAttempt, wayOf } = createIssuers([], Buffer.alloc(32, 1), () => new Date());
const newWay = () => wayOf(newAttempt());

let hospital: Hospital;
let other: Hospital;
beforeAll(async () => {
  [hospital, other] = await Promise.all([startHospital(), startHospital('carethread-there')]);
  hospital.person = { sub: 'ada', claims: { name: 'Ada Brandt' }, amr: ['otp'], acr: 'gold' };
});
afterEach(() => {
  hospital.tamper = null;
  hospital.down = false;
});
afterAll(() => Promise.all([hospital.close(), other.close()]));

/** All of a sign-in; `more` changes the settings. Answers the claims. */
async function signIn(issuer = new OutsideIssuer(settingsOf(hospital)), fresh = false) {
  const way = newWay();
  const url = await issuer.authorizationUrl(way, hospital.redirectUri, fresh);
  return issuer.claimsFrom(new URL(await hospital.browse(url)), way, fresh);
}

describe('an issuer outside', () => {
  it('says who somebody is', async () => {
    expect(await signIn()).toMatchObject({
      iss: hospital.issuer,
      aud: 'carethread',
      sub: 'ada',
      name: 'Ada Brandt',
    });
  });

  it('says when and how they proved it, when asked to make sure', async () => {
    const claims = await signIn(
      new OutsideIssuer(settingsOf(hospital, { requiredAmr: ['otp'], requiredAcr: ['gold'] })),
      true,
    );
    expect(claims).toMatchObject({ amr: ['otp'], acr: 'gold', auth_time: expect.any(Number) });
  });

  it.each([
    ['acr', { requiredAcr: ['silver'] }],
    ['amr', { requiredAmr: ['hwk'] }],
    ['amr, all of them', { requiredAmr: ['otp', 'hwk'] }],
  ])('is not enough without the required %s', async (_, more) => {
    await expect(signIn(new OutsideIssuer(settingsOf(hospital, more)))).rejects.toThrow(ProofRefused);
  });

  const now = () => Math.floor(Date.now() / 1000);
  const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  it.each<[string, RegExp, NonNullable<Hospital['tamper']>]>([
    ['for another audience', /"aud"/, (claims, key) => key.sign({ ...claims, aud: 'somebody-else' })],
    [
      'for others as well',
      /not ours/,
      (claims, key) => key.sign({ ...claims, aud: ['carethread', 'somebody-else'], azp: 'carethread' }),
    ],
    ['of another issuer', /"iss"/, (claims, key) => key.sign({ ...claims, iss: other.issuer })],
    [
      'that has expired',
      /"exp".*past/,
      (claims, key) => key.sign({ ...claims, iat: now() - 900, exp: now() - 600 }),
    ],
    ['without an end', /"exp".*missing/, (claims, key) => key.sign({ ...claims, exp: undefined })],
    ['with another nonce', /"nonce"/, (claims, key) => key.sign({ ...claims, nonce: 'of another sign-in' })],
    ['without a nonce', /"nonce"/, (claims, key) => key.sign({ ...claims, nonce: undefined })],
    ['about nobody', /"sub"/, (claims, key) => key.sign({ ...claims, sub: undefined })],
    ['without a signature (alg none)', /"alg"/, (claims) => `${base64({ alg: 'none' })}.${base64(claims)}.`],
    [
      'with a signature of nobody',
      /signature verification failed/,
      async (claims, key) => (await key.sign(claims)).replace(/[^.]+$/, 'A'.repeat(86)),
    ],
    [
      'of a key it does not publish',
      /no applicable key/,
      (claims, key) => key.sign(claims, { kid: 'unknown' }),
    ],
  ])('is not believed when it answers with a token %s', async (_, reason, tamper) => {
    hospital.tamper = tamper;
    const refusal: unknown = await signIn().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ProofRefused);
    expect((refusal as ProofRefused).message).toMatch(reason);
  });

  it('is not believed when our client secret signs for it (HS256)', async () => {
    hospital.tamper = (claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(hospital.clientSecret));
    await expect(signIn()).rejects.toThrow(ProofRefused);
  });

  it('is not believed in an algorithm that is not allowed', async () => {
    await expect(signIn(new OutsideIssuer(settingsOf(hospital, { algorithms: ['RS256'] })))).rejects.toThrow(
      ProofRefused,
    );
  });

  it('takes a code once', async () => {
    const issuer = new OutsideIssuer(settingsOf(hospital));
    const way = newWay();
    const back = new URL(
      await hospital.browse(await issuer.authorizationUrl(way, hospital.redirectUri, false)),
    );
    await issuer.claimsFrom(back, way, false);
    await expect(issuer.claimsFrom(back, way, false)).rejects.toThrow(ProofRefused);
  });

  it('is not believed about a sign-in that somebody else began: state and code belong together', async () => {
    const issuer = new OutsideIssuer(settingsOf(hospital));
    const [mine, theirs] = [newWay(), newWay()];
    const back = new URL(
      await hospital.browse(await issuer.authorizationUrl(theirs, hospital.redirectUri, false)),
    );
    await expect(issuer.claimsFrom(back, mine, false)).rejects.toThrow(ProofRefused);
    // With the state put right, the code still needs its own verifier.
    back.searchParams.set('state', mine.state);
    await expect(issuer.claimsFrom(back, mine, false)).rejects.toThrow(ProofRefused);
  });

  it('is not taken for another: an answer names who gave it (mix-up)', async () => {
    const here = new OutsideIssuer(settingsOf(hospital));
    const way = newWay();
    const back = new URL(
      await hospital.browse(await here.authorizationUrl(way, hospital.redirectUri, false)),
    );
    expect(back.searchParams.get('iss')).toBe(hospital.issuer);
    const there = new OutsideIssuer(settingsOf(other));
    const asked = other.asked.get('/token') ?? 0;
    await expect(there.claimsFrom(back, way, false)).rejects.toThrow(ProofRefused);
    // The code never reached the one it was not meant for.
    expect(other.asked.get('/token') ?? 0).toBe(asked);
  });

  it('may change its keys: an unknown one is asked for, at most so often', async () => {
    const issuer = new OutsideIssuer(settingsOf(hospital), undefined, 0);
    await signIn(issuer);
    await hospital.rotate();
    expect(await signIn(issuer)).toMatchObject({ sub: 'ada' });

    const careful = new OutsideIssuer(settingsOf(hospital));
    await signIn(careful);
    const before = hospital.asked.get('/jwks') ?? 0;
    hospital.tamper = (claims, key) => key.sign(claims, { kid: 'invented' });
    for (let time = 0; time < 3; time += 1) await expect(signIn(careful)).rejects.toThrow(ProofRefused);
    expect(hospital.asked.get('/jwks')).toBe(before);
  });

  it('is asked who it is once, also by many at a time', async () => {
    const issuer = new OutsideIssuer(settingsOf(hospital));
    const path = '/.well-known/openid-configuration';
    const before = hospital.asked.get(path) ?? 0;
    await Promise.all(
      Array.from({ length: 5 }, () => issuer.authorizationUrl(newWay(), hospital.redirectUri, false)),
    );
    expect(hospital.asked.get(path)).toBe(before + 1);
  });

  it('is unavailable while it is down, which proves nothing about anybody', async () => {
    const known = new OutsideIssuer(settingsOf(hospital));
    const way = newWay();
    const back = await hospital.browse(await known.authorizationUrl(way, hospital.redirectUri, false));
    hospital.down = true;
    await expect(known.claimsFrom(new URL(back), way, false)).rejects.toThrow(IssuerUnavailable);
    const unknown = new OutsideIssuer(settingsOf(hospital));
    await expect(unknown.authorizationUrl(newWay(), hospital.redirectUri, false)).rejects.toThrow(
      IssuerUnavailable,
    );
  });

  it('that is somebody else at its address is not believed', async () => {
    const pretending = new OutsideIssuer(
      settingsOf(hospital, { issuer: hospital.issuer.replace('127.0.0.1', 'localhost') }),
    );
    await expect(pretending.authorizationUrl(newWay(), hospital.redirectUri, false)).rejects.toThrow(
      IssuerUnavailable,
    );
  });
});

describe('a notice that somebody signed out', () => {
  const issuer = () => new OutsideIssuer(settingsOf(hospital));

  it('says who, and which session', async () => {
    expect(await issuer().loggedOut(await hospital.logoutToken({ sub: 'ada', sid: 's1' }))).toMatchObject({
      subject: 'ada',
      session: 's1',
    });
  });

  it.each<[string, () => Promise<string>]>([
    ['about nobody', () => hospital.logoutToken({})],
    ['that is an ID token', () => hospital.logoutToken({ sub: 'ada', nonce: 'n' })],
    ['without the event', () => hospital.logoutToken({ sub: 'ada', events: {} })],
    ['of another type', () => hospital.logoutToken({ sub: 'ada' }, { typ: 'JWT' })],
    ['that is old', () => hospital.logoutToken({ sub: 'ada', iat: Math.floor(Date.now() / 1000) - 900 })],
    ['for another client', () => hospital.logoutToken({ sub: 'ada', aud: 'somebody-else' })],
    ['of another hospital', () => other.logoutToken({ sub: 'ada', iss: hospital.issuer, aud: 'carethread' })],
    ['without an id', () => hospital.logoutToken({ sub: 'ada', jti: undefined })],
    ['that is nonsense', () => Promise.resolve('a.b.c')],
  ])('is refused %s', async (_, forge) => {
    await expect(issuer().loggedOut(await forge())).rejects.toThrow(ProofRefused);
  });
});
