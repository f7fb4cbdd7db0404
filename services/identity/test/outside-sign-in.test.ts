import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { MembershipEnded, MembershipGranted, SessionRevoked } from '@carethread/contracts/events/identity.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { ConfigError } from '@carethread/service-kit/config.ts';
import jwt from 'jsonwebtoken';
import { readIdentityConfig } from '../src/config.ts';
import { administration } from './administration.ts';
import { type Hospital, startHospital } from '@carethread/service-kit/testing/hospital.ts';
import { actorIn, demoOrganisationId, demoUserId, type Identity, startIdentity } from './identity.ts';

const clinic = demoOrganisationId('harbour-clinic');
const pharmacy = demoOrganisationId('pharmacy-1');
let folder: string;
let hospital: Hospital;
let other: Hospital;
let identity: Identity;

const file = () => join(folder, 'issuers.json');
const settings = (of: Hospital, key: string, more: object = {}) => ({
  key,
  name: `Hospital ${key}`,
  issuer: of.issuer,
  clientId: of.clientId,
  clientSecretEnv: 'HOSPITAL_SECRET',
  redirectUris: [of.redirectUri],
  emailDomains: ['demo.example'],
  trustedAmr: ['otp'],
  memberships: [
    { claim: 'groups', value: 'doctors', organisationId: clinic, role: 'doctor', licenceClaim: 'licence' },
    { claim: 'groups', value: 'pharmacists', organisationId: pharmacy, role: 'pharmacist' },
    { claim: 'groups', value: 'confused', organisationId: pharmacy, role: 'doctor' },
  ],
  ...more,
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'issuers-'));
  [hospital, other] = await Promise.all([startHospital(), startHospital('carethread-there')]);
  writeFileSync(
    file(),
    JSON.stringify({ issuers: [settings(hospital, 'here'), settings(other, 'there', { emailDomains: [] })] }),
  );
  identity = await startIdentity({ OUTSIDE_ISSUERS_FILE: file(), HOSPITAL_SECRET: hospital.clientSecret });
});
afterEach(() => {
  hospital.tamper = null;
  hospital.down = false;
});
afterAll(async () => {
  await identity?.close();
  await Promise.all([hospital.close(), other.close()]);
  rmSync(folder, { recursive: true });
});
const { send } = administration(() => identity);

const beginMutation = `mutation ($input: BeginOutsideSignInInput!) { beginOutsideSignIn(input: $input) {
  outsideSignIn { authorizationUrl attempt } userErrors { code path } } }`;
const finishMutation = `mutation ($input: FinishOutsideSignInInput!) { finishOutsideSignIn(input: $input) {
  session { accessToken refreshToken user { id displayName email } membership { id role licenceNumber organisation { id } }
    memberships { id } } userErrors { code path } } }`;

const begin = async (at = hospital, more: object = {}) => {
  const input = { issuer: at === hospital ? 'here' : 'there', redirectUri: at.redirectUri, ...more };
  return (await identity.query(null, beginMutation, { input }))['beginOutsideSignIn'];
};
const finish = async (input: object) =>
  (await identity.query(null, finishMutation, { input }))['finishOutsideSignIn'];

/** The way of a person who signs in there. */
async function signIn(person: Hospital['person'], at = hospital, more: object = {}) {
  at.person = person;
  const { outsideSignIn } = await begin(at);
  const callbackUrl = await at.browse(outsideSignIn.authorizationUrl);
  return finish({ attempt: outsideSignIn.attempt, callbackUrl, ...more });
}
const doctor = (more: object = {}) => ({
  sub: newId(),
  claims: { name: 'Dr Ada Brandt', groups: ['staff', 'doctors'], licence: 'MD-1', ...more },
});

describe('signing in with an issuer outside', () => {
  it('makes a person of somebody whom the issuer grants something, and knows them again', async () => {
    const ada = doctor({ email: 'ada@demo.example', email_verified: true });
    const { session, userErrors } = await signIn(ada);
    expect(userErrors).toEqual([]);
    expect(session).toMatchObject({
      user: { displayName: 'Dr Ada Brandt', email: 'ada@demo.example' },
      membership: { role: 'DOCTOR', licenceNumber: 'MD-1', organisation: { id: clinic } },
    });
    const granted = (await identity.emitted(MembershipGranted)).filter(
      ({ data }) => data.userId === session.user.id,
    );
    expect(granted.map(({ data }) => [data.organisationId, data.role])).toEqual([[clinic, 'doctor']]);
    const again = await signIn(ada);
    expect(again.session.user.id).toBe(session.user.id);
    expect(again.session.membership.id).toBe(session.membership.id);
  });

  it('is one person, however many devices come first at once', async () => {
    const ada = doctor();
    hospital.person = ada;
    const ways = await Promise.all([1, 2, 3].map(() => begin()));
    const answers = await Promise.all(
      ways.map(async ({ outsideSignIn: { attempt, authorizationUrl } }) =>
        finish({ attempt, callbackUrl: await hospital.browse(authorizationUrl) }),
      ),
    );
    expect(new Set(answers.map(({ session }) => session.user.id)).size).toBe(1);
  });

  it('makes nobody of somebody whom it grants nothing, or what cannot be', async () => {
    const count = async () => (await identity.sql('SELECT count(*) AS n FROM users'))[0]!['n'];
    const before = await count();
    for (const groups of [[], ['staff'], ['confused']]) {
      const { session, userErrors } = await signIn(doctor({ groups }));
      expect([session, userErrors[0].code]).toEqual([null, 'NOT_ALLOWED']);
    }
    expect(await count()).toBe(before);
  });

  it('finds an account by an address only if the issuer verified it and decides about its domain', async () => {
    const claims = (more: object) => doctor({ email: 'Doctor2@demo.example', email_verified: true, ...more });
    const unverified = await signIn(claims({ email_verified: false }));
    expect(unverified.session.user.id).not.toBe(demoUserId('doctor2'));
    const foreign = await signIn(claims({ email: 'doctor2@elsewhere.example' }));
    expect(foreign.session.user).toMatchObject({ email: null });
    // The other hospital says the same and decides about no domain.
    const there = await signIn(claims({}), other);
    expect(there.session.user).toMatchObject({ email: null });
    expect(there.session.user.id).not.toBe(demoUserId('doctor2'));

    const linked = claims({});
    expect((await signIn(linked)).session.user.id).toBe(demoUserId('doctor2'));
    // A second subject under the same address is somebody else: addresses are given out again.
    expect((await signIn(claims({}))).session.user.id).not.toBe(demoUserId('doctor2'));
    // The link goes by the subject: without the address it is found all the same.
    const { sub } = linked;
    expect((await signIn({ ...doctor(), sub })).session.user.id).toBe(demoUserId('doctor2'));
  });

  it('keeps two issuers’ subjects apart', async () => {
    const ada = doctor();
    const here = await signIn(ada);
    const there = await signIn(ada, other);
    expect(there.session.user.id).not.toBe(here.session.user.id);
  });

  it('carries the proof of identity that the issuer is trusted with, in the first token only', async () => {
    const { session } = await signIn({ ...doctor(), amr: ['pwd'] });
    expect(jwt.decode(session.accessToken)).not.toHaveProperty('amr');
    hospital.person = { ...doctor(), amr: ['pwd', 'otp'] };
    const { outsideSignIn } = await begin(hospital, { fresh: true });
    expect(new URL(outsideSignIn.authorizationUrl).searchParams.get('prompt')).toBe('login');
    const callbackUrl = await hospital.browse(outsideSignIn.authorizationUrl);
    const fresh = await finish({ attempt: outsideSignIn.attempt, callbackUrl });
    expect(jwt.decode(fresh.session.accessToken)).toMatchObject({
      amr: ['otp'],
      auth_time: expect.any(Number),
    });
    const refreshed = await identity.query(
      null,
      'mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { session { accessToken } } }',
      { input: { refreshToken: fresh.session.refreshToken } },
    );
    expect(jwt.decode(refreshed['refreshSession'].session.accessToken)).not.toHaveProperty('amr');
  });

  it('leaves nothing of somebody who came with one factor where two are needed', async () => {
    const rows = async () =>
      identity.sql(`SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM outside_accounts) AS links,
        (SELECT count(*) FROM memberships) AS memberships, (SELECT count(*) FROM bus.outbox) AS told`);
    await identity.sql(
      `INSERT INTO sign_in_policies VALUES (gen_random_uuid(), $1, 'doctor', true, NULL, NULL, 1)`,
      [clinic],
    );
    const before = await rows();
    const ada = { ...doctor({ email: 'one-factor@demo.example', email_verified: true }), amr: ['pwd'] };
    const { session, userErrors } = await signIn(ada);
    expect([session, userErrors[0].code]).toEqual([null, 'NOT_ALLOWED']);
    expect(await rows()).toEqual(before);
    await identity.sql('DELETE FROM sign_in_policies WHERE organisation_id = $1', [clinic]);
    expect((await signIn(ada)).userErrors).toEqual([]);
  });

  it('tells nobody which issuers’ secrets there are, but their names', async () => {
    expect(await identity.query(null, '{ outsideIssuers { key name } }')).toEqual({
      outsideIssuers: [
        { key: 'here', name: 'Hospital here' },
        { key: 'there', name: 'Hospital there' },
      ],
    });
  });
});

describe('memberships that an issuer vouches for', () => {
  const idsOf = ({ session }: any) => session.memberships.map(({ id }: { id: string }) => id);

  it('begin and end with its claims; sessions in them end at once', async () => {
    const { sub } = doctor();
    const both = await signIn({ sub, claims: { groups: ['doctors', 'pharmacists'] } });
    expect(idsOf(both)).toHaveLength(2);
    const one = await signIn({ sub, claims: { groups: ['pharmacists'] } });
    expect(idsOf(one)).toHaveLength(1);
    const ended = (await identity.emitted(MembershipEnded)).map(({ data }) => data.membershipId);
    expect(ended).toContain(both.session.membership.id);
    const revoked = (await identity.emitted(SessionRevoked)).map(({ data }) => data.sessionId);
    expect(revoked).toContain(actorIn(both.session.accessToken).sessionId);

    const none = await signIn({ sub, claims: { groups: [] } });
    expect(none).toMatchObject({ session: null, userErrors: [{ code: 'NOT_ALLOWED' }] });
    const active = 'SELECT id FROM memberships WHERE user_id = $1 AND ended_at IS NULL';
    expect(await identity.sql(active, [both.session.user.id])).toEqual([]);

    const revived = await signIn({ sub, claims: { groups: ['doctors'] } });
    expect(revived.session.membership.id).toBe(both.session.membership.id);
  });

  it('leave those alone that were granted here', async () => {
    const ada = doctor();
    const { session } = await signIn(ada);
    const { membership } = await send('grantMembership', {
      userId: session.user.id,
      organisationId: pharmacy,
      role: 'PHARMACIST',
    });
    await signIn({ ...ada, claims: { groups: ['staff'] } });
    const active = 'SELECT id FROM memberships WHERE user_id = $1 AND ended_at IS NULL';
    expect(await identity.sql(active, [session.user.id])).toEqual([{ id: membership.id }]);
  });

  it('stay ended when they were ended here, whatever the issuer says', async () => {
    const ada = doctor();
    const { session } = await signIn(ada);
    await send('endMembership', { membershipId: session.membership.id, expectedVersion: 1 });
    expect(await signIn(ada)).toMatchObject({ session: null, userErrors: [{ code: 'NOT_ALLOWED' }] });
  });

  it('are all that can be acted in through that issuer', async () => {
    const ada = doctor();
    const { session } = await signIn(ada);
    const operator = { organisationId: demoOrganisationId('operator'), role: 'ADMINISTRATOR' };
    const { membership } = await send('grantMembership', { userId: session.user.id, ...operator });
    expect(await signIn(ada, hospital, { membershipId: membership.id })).toMatchObject({
      session: null,
      userErrors: [{ code: 'NOT_FOUND', path: ['input', 'membershipId'] }],
    });
    const actAs =
      'mutation ($input: ActAsInput!) { actAs(input: $input) { session { expiresAt } userErrors { code } } }';
    const asAdministrator = { input: { membershipId: membership.id } };
    const through = await identity.query(actorIn(session.accessToken), actAs, asAdministrator);
    expect(through['actAs']).toMatchObject({ session: null, userErrors: [{ code: 'NOT_FOUND' }] });
  });
});

describe('a sign-in on its way', () => {
  it.each([
    ['an issuer nobody knows', { issuer: 'nowhere' }, 'NOT_FOUND'],
    ['an address that is not registered', { redirectUri: 'https://evil.example/' }, 'INVALID'],
    [
      'an address of another issuer',
      { redirectUri: 'https://app.example/signed-in/carethread-there' },
      'INVALID',
    ],
  ])('does not begin with %s', async (_, wrong, code) => {
    expect(await begin(hospital, wrong)).toMatchObject({ outsideSignIn: null, userErrors: [{ code }] });
  });

  it('is answered once', async () => {
    hospital.person = doctor();
    const { outsideSignIn } = await begin();
    const answer = {
      attempt: outsideSignIn.attempt,
      callbackUrl: await hospital.browse(outsideSignIn.authorizationUrl),
    };
    const answers = await Promise.all([finish(answer), finish(answer), finish(answer)]);
    expect(answers.filter(({ session }) => session)).toHaveLength(1);
    expect(answers.flatMap(({ userErrors }) => userErrors).map(({ code }) => code)).toEqual([
      'EXPIRED',
      'EXPIRED',
    ]);
  });

  it('belongs to who began it: another one’s answer is of no use', async () => {
    hospital.person = doctor();
    const [mine, theirs] = await Promise.all([begin(), begin()]);
    const callbackUrl = await hospital.browse(theirs.outsideSignIn.authorizationUrl);
    const answer = await finish({ attempt: mine.outsideSignIn.attempt, callbackUrl });
    expect(answer).toMatchObject({ session: null, userErrors: [{ code: 'NOT_ALLOWED' }] });
  });

  it('is not finished with the answer of another issuer (mix-up)', async () => {
    other.person = doctor();
    const [here, there] = await Promise.all([begin(), begin(other)]);
    const callbackUrl = await other.browse(there.outsideSignIn.authorizationUrl);
    const moved = callbackUrl.replace('/carethread-there', '/carethread');
    for (const [attempt, url] of [
      [here.outsideSignIn.attempt, callbackUrl],
      [(await begin()).outsideSignIn.attempt, moved],
    ] as const)
      expect(await finish({ attempt, callbackUrl: url })).toMatchObject({
        session: null,
        userErrors: [{ code: 'NOT_ALLOWED' }],
      });
  });

  it('passes when nobody comes back', async () => {
    hospital.person = doctor();
    const { outsideSignIn } = await begin();
    const callbackUrl = await hospital.browse(outsideSignIn.authorizationUrl);
    identity.later(11 * 60_000);
    expect((await finish({ attempt: outsideSignIn.attempt, callbackUrl })).userErrors).toMatchObject([
      { code: 'EXPIRED' },
    ]);
    identity.later(-11 * 60_000);
  });

  it('is refused while the issuer is away, and others go on', async () => {
    other.person = doctor();
    hospital.person = doctor();
    const { outsideSignIn } = await begin();
    const callbackUrl = await hospital.browse(outsideSignIn.authorizationUrl);
    hospital.down = true;
    const { userErrors } = await finish({ attempt: outsideSignIn.attempt, callbackUrl });
    expect(userErrors).toMatchObject([{ code: 'UNAVAILABLE' }]);
    expect((await signIn(doctor(), other)).session).not.toBeNull();
    expect((await identity.signIn('patient')).session).not.toBeNull();
  });
});

describe('a notice of the issuer that somebody signed out', () => {
  const notify = async (
    logout_token: string,
    issuer = 'here',
    authorization = identity.authorization(null),
  ) => {
    const response = await fetch(
      `http://127.0.0.1:${identity.service.port}/oauth/back-channel-logout/${issuer}`,
      { method: 'POST', headers: { authorization }, body: new URLSearchParams({ logout_token }) },
    );
    return response.status;
  };
  const isRevoked = async (accessToken: string) => {
    const text = 'SELECT revoked_at FROM sessions WHERE id = $1';
    return (await identity.sql(text, [actorIn(accessToken).sessionId]))[0]!['revoked_at'] !== null;
  };

  it('ends their sessions here, and nobody else’s', async () => {
    const ada = doctor();
    const [first, second] = [await signIn(ada), await signIn(ada)];
    const [bob, local] = [await signIn(doctor()), await identity.signIn('doctor')];
    expect(await notify(await hospital.logoutToken({ sub: ada.sub }))).toBe(200);
    expect(await isRevoked(first.session.accessToken)).toBe(true);
    expect(await isRevoked(second.session.accessToken)).toBe(true);
    expect(await isRevoked(bob.session.accessToken)).toBe(false);
    expect(await isRevoked(local.session!.accessToken)).toBe(false);
  });

  it('ends one session by its id there', async () => {
    const ada = doctor();
    const [first, second] = [await signIn(ada), await signIn(ada)];
    const [row] = await identity.sql('SELECT issuer_session FROM sessions WHERE id = $1', [
      actorIn(first.session.accessToken).sessionId,
    ]);
    expect(await notify(await hospital.logoutToken({ sid: row!['issuer_session'] }))).toBe(200);
    expect(await isRevoked(first.session.accessToken)).toBe(true);
    expect(await isRevoked(second.session.accessToken)).toBe(false);
  });

  it('is refused from others, for issuers nobody knows, and past the gateway', async () => {
    const ada = doctor();
    const { session } = await signIn(ada);
    const forged = await other.logoutToken({ sub: ada.sub, iss: hospital.issuer, aud: hospital.clientId });
    expect(await notify(forged)).toBe(400);
    expect(await notify('')).toBe(400);
    expect(await notify(await hospital.logoutToken({ sub: ada.sub }), 'nowhere')).toBe(404);
    expect(await notify(await hospital.logoutToken({ sub: ada.sub }), 'here', 'Bearer a.b.c')).toBe(403);
    expect(await isRevoked(session.accessToken)).toBe(false);
  });
});

describe('the settings of issuers', () => {
  const problemsOf = (content: unknown, env: object = {}): string => {
    const path = join(folder, 'wrong.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    try {
      readIdentityConfig({ ...identity.env, HOSPITAL_SECRET: 'secret', OUTSIDE_ISSUERS_FILE: path, ...env });
      return '';
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
  };
  const good = () => settings(hospital, 'here');

  it('are read with their secrets', () => {
    expect(problemsOf({ issuers: [good()] })).toBe('');
    expect(problemsOf({ issuers: [good()] }, { HOSPITAL_SECRET: '' })).toContain(
      'here: no secret in HOSPITAL_SECRET',
    );
    const secretFile = join(folder, 'secret');
    writeFileSync(secretFile, 'secret\n');
    expect(
      problemsOf({ issuers: [{ ...good(), clientSecretEnv: undefined, clientSecretFile: secretFile }] }),
    ).toBe('');
  });

  it('are refused with every problem named', () => {
    const wrong = {
      ...good(),
      issuer: 'http://login.example',
      algorithms: ['HS256'],
      memberships: [],
      colour: 'red',
    };
    const said = problemsOf({ issuers: [wrong] });
    for (const part of ['issuer must be an https address', 'algorithms', 'memberships', 'colour'])
      expect(said).toContain(part);
  });

  it.each([
    ['not JSON', '{', 'is not JSON'],
    [
      'two issuers at one redirect URI',
      () => ({ issuers: [good(), settings(other, 'there', { redirectUris: good().redirectUris })] }),
      'twice',
    ],
    ['the same key twice', () => ({ issuers: [good(), settings(other, 'here')] }), 'key here'],
    ['two secrets', () => ({ issuers: [{ ...good(), clientSecretFile: '/x' }] }), 'either'],
  ])('are refused when they are %s', (_, content, part) => {
    expect(problemsOf(typeof content === 'function' ? content() : content)).toContain(part);
  });
});
