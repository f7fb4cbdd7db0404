import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { createLog } from '@carethread/service-kit/log.ts';
import { accessTokenVerifier } from '../src/sign-in/access-token.ts';
import { PublishedKeys } from '@carethread/service-kit/published-keys.ts';
import { Revocations } from '../src/sign-in/revocations.ts';
import { createInternalTokens } from '../src/sign-in/internal-token.ts';
import { callerOf } from '../src/sign-in/caller.ts';
import jwt from 'jsonwebtoken';
import { accessToken, anActor, newKeyPair, newSigningKey } from './fixtures/identity-provider.ts';
import { type Platform, startPlatform } from './fixtures/platform.ts';
import { until } from './fixtures/until.ts';

const me = '{ me { id } }';
const revocationsOf = ({ identity }: Platform) =>
  new Revocations(identity.jwksUrl, createLog('gateway', 'silent'));

describe('sign-in', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());

  const refused = { status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] };

  it('asks the services as the person the token names', async () => {
    const actor = anActor({ role: 'doctor' });
    const answer = await platform.ask(me, { token: platform.token(actor) });
    expect(answer).toMatchObject({ status: 200, data: { me: { id: actor.userId } } });
  });

  it('leaves it to the services what an anonymous caller may ask', async () => {
    platform.world.names.set('someone', 'Somebody');
    expect(await platform.ask('{ directory { name } }')).toMatchObject({
      status: 200,
      data: { directory: [{ name: 'Somebody' }] },
    });
    expect(await platform.ask(me)).toMatchObject({
      data: { me: null },
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  it('tells the standard way in which a token is refused', async () => {
    const answer = await platform.ask(me, { token: 'a.b.c' });
    expect(answer).toMatchObject(refused);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  });

  describe('refuses', () => {
    const actor = anActor();
    const now = Math.floor(Date.now() / 1000);
    const forged = (how: Parameters<Platform['token']>[1]) => platform.token(actor, how);
    // The attack: an asymmetric key's public half, known to everybody, used as a shared secret.
    const hs256 = () =>
      jwt.sign(
        jwt.decode(platform.token(actor)) as object,
        platform.identity.key.publicKey.export({ format: 'pem', type: 'spki' }),
        { algorithm: 'HS256', keyid: platform.identity.key.kid },
      );
    const unsigned = () => {
      const [, claims] = platform.token(actor).split('.');
      const header = Buffer.from(
        JSON.stringify({ alg: 'none', typ: 'at+jwt', kid: platform.identity.key.kid }),
      );
      return `${header.toString('base64url')}.${claims}.`;
    };
    const internal = () =>
      createInternalTokens([platform.identity.key.privateKey]).tokenFor(callerOf(actor), 'carethread-api');

    it.each<[string, () => string | Promise<string>]>([
      ['no signature (alg none)', unsigned],
      ['HS256 with the public key as secret', hs256],
      [
        'another key under a known id',
        () => accessToken(actor, { ...newSigningKey(), kid: platform.identity.key.kid }),
      ],
      ['a key identity does not have', () => accessToken(actor, newSigningKey())],
      ['another audience', () => forged({ claims: { aud: 'carethread-claim' } })],
      ['several audiences without ours', () => forged({ claims: { aud: ['tickets', 'identity'] } })],
      ['another issuer', () => forged({ claims: { iss: 'carethread-gateway' } })],
      ['an expired one', () => forged({ claims: { exp: now - 60 } })],
      ['one without an end', () => forged({ claims: { exp: undefined } })],
      ['one that is not valid yet', () => forged({ claims: { nbf: now + 60 } })],
      ['the type of an internal token', () => forged({ header: { typ: 'ct-internal+jwt' } })],
      ['a real internal token', internal],
      ['a claim token', () => forged({ header: { typ: 'ct-claim+jwt' } })],
      ['an unknown role', () => forged({ claims: { role: 'superuser' } })],
      ['missing claims', () => forged({ claims: { mid: undefined } })],
      [
        'changed claims',
        () => forged({}).replace(/\.[^.]+\./, `.${Buffer.from('{"sub":"x"}').toString('base64url')}.`),
      ],
      ['an endless one', () => `${'a'.repeat(5_000)}.b.c`],
    ])('%s', async (_, forge) => {
      expect(await platform.ask(me, { token: await forge() })).toMatchObject(refused);
    });

    it.each(['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer ', 'token'])(
      'an Authorization of %j',
      async (authorization) => {
        expect(await platform.ask(me, { headers: { authorization } })).toMatchObject(refused);
      },
    );

    it('a key from a place the token names', async () => {
      const foreign = newSigningKey();
      const jwk = foreign.publicKey.export({ format: 'jwk' });
      const token = accessToken(actor, foreign, {
        header: { kid: platform.identity.key.kid, jwk, jku: 'http://127.0.0.1:1/' },
      });
      expect(await platform.ask(me, { token })).toMatchObject(refused);
    });
  });

  it('is not sent to identity by invented keys over and over', async () => {
    const before = platform.identity.asked;
    await Promise.all(
      Array.from({ length: 30 }, () => platform.ask(me, { token: accessToken(anActor(), newSigningKey()) })),
    );
    expect(platform.identity.asked - before).toBeLessThanOrEqual(1);
  });

  it('tells the services of a proof of identity that the token has, and of none without one', async () => {
    const keys = new PublishedKeys(platform.identity.jwksUrl, createLog('gateway', 'silent'));
    const verify = accessTokenVerifier(keys, revocationsOf(platform));
    const stepUpIn = async (claims: object) =>
      (await verify(platform.token(anActor(), { claims }))).caller.actor.stepUp;
    expect(await stepUpIn({ auth_time: 1_800_000_000, amr: ['pwd', 'otp'] })).toEqual({
      at: 1_800_000_000,
      methods: ['pwd', 'otp'],
    });
    expect(await stepUpIn({})).toBeUndefined();
    expect(await stepUpIn({ auth_time: 1_800_000_000 })).toBeUndefined();
    await expect(stepUpIn({ auth_time: 'now', amr: ['pwd'] })).rejects.toThrow('claims are missing');
  });

  it.each<[string, Partial<Actor>]>([
    ['a proxy', { proxyId: newId(), proxyScopes: ['read', 'write'], delegationId: newId() }],
    ['an emergency access', { role: 'doctor', emergencyId: newId() }],
    ['a program', { client: { id: newId(), scopes: ['tickets:read'] } }],
    ['a person who has proved who they are', { stepUp: { at: 1_800_000_000, methods: ['pwd'] } }],
  ])('tells the services of %s', async (_, more) => {
    const actor = anActor(more);
    await platform.ask(me, { token: platform.token(actor) });
    const { headers } = platform.services.identity.received.at(-1)!;
    const claims = jwt.decode(String(headers['authorization']).slice('Bearer '.length));
    expect((claims as jwt.JwtPayload)['actor']).toEqual(actor);
  });

  it('gives a proxy and a program nothing for words it has never heard of', async () => {
    const keys = new PublishedKeys(platform.identity.jwksUrl, createLog('gateway', 'silent'));
    const verify = accessTokenVerifier(keys, revocationsOf(platform));
    const actorOf = async (claims: object) =>
      (await verify(platform.token(anActor(), { claims }))).caller.actor;
    const [person, program] = [newId<'User'>(), newId<'User'>()];
    expect(await actorOf({ act: { sub: person }, proxy: ['read', 'sell'] })).toMatchObject({
      proxyId: person,
      proxyScopes: ['read'],
    });
    expect(await actorOf({ act: { sub: person } })).toMatchObject({ proxyScopes: [] });
    expect(await actorOf({ client_id: program, scope: 'tickets:read tickets:burn' })).toMatchObject({
      client: { id: program, scopes: ['tickets:read'] },
    });
    expect(await actorOf({ client_id: program })).toMatchObject({ client: { id: program, scopes: [] } });
  });

  it('ends a proof of identity with its session', async () => {
    const revocations = revocationsOf(platform);
    const keys = new PublishedKeys(platform.identity.jwksUrl, createLog('gateway', 'silent'));
    const verify = accessTokenVerifier(keys, revocations);
    const actor = anActor();
    const token = platform.token(actor, { claims: { auth_time: 1_800_000_000, amr: ['pwd'] } });
    await expect(verify(token)).resolves.toBeDefined();
    revocations.ended(actor.sessionId);
    await expect(verify(token)).rejects.toThrow('the session has ended');
  });

  it('knows a right it has never heard of for none', async () => {
    const actor = anActor({ role: 'administrator' });
    const token = platform.token(actor, { claims: { perms: ['ManageUsers', 'FlyToTheMoon'] } });
    expect(await platform.ask(me, { token })).toMatchObject({
      status: 200,
      data: { me: { id: actor.userId } },
    });
  });

  it('sends every service a token of its own, and the same one for a while', async () => {
    const actor = anActor();
    const token = platform.token(actor);
    const thread = platform.world.openThread(actor.userId);
    platform.world.post(thread, actor.userId, 'hello');
    const ask = () =>
      platform.ask('query($id: ID!) { thread(id: $id) { messages { author { name } } } }', {
        token,
        variables: { id: thread.id },
      });
    await ask();
    await ask();
    const [first, second] = platform.services.messaging.received
      .slice(-2)
      .map(({ headers }) => String(headers['authorization']));
    expect(first).toBe(second);
    const claims = jwt.decode(first!.slice('Bearer '.length), { complete: true });
    expect(claims).toMatchObject({
      header: { alg: 'ES256', typ: 'ct-internal+jwt' },
      payload: { iss: 'carethread-gateway', aud: 'messaging', actor },
    });
    const { iat, exp } = claims!.payload as jwt.JwtPayload;
    expect(exp! - iat!).toBe(60);
    const other = platform.services.identity.received.at(-1)!.headers['authorization'];
    expect(jwt.decode(String(other).slice('Bearer '.length))).toMatchObject({ aud: 'identity' });
  });

  it('never passes the client’s own token or headers on', async () => {
    const token = platform.token(anActor());
    await platform.ask(me, { token, headers: { 'x-user-id': 'root', cookie: 'a=b' } });
    const { headers } = platform.services.identity.received.at(-1)!;
    expect(headers['authorization']).not.toContain(token);
    expect(headers['x-user-id'] ?? headers['cookie']).toBeUndefined();
  });

  it('publishes public keys only', async () => {
    const response = await fetch(new URL('/.well-known/internal-jwks.json', platform.url));
    const { keys } = (await response.json()) as { keys: object[] };
    expect(keys).toEqual([
      {
        kty: 'EC',
        crv: 'P-256',
        x: expect.any(String),
        y: expect.any(String),
        kid: expect.any(String),
        alg: 'ES256',
        use: 'sig',
      },
    ]);
  });
});

describe('a gateway that was not there when a session ended', () => {
  it('refuses its tokens from the first one on, those of an ended membership, and those that promise too much', async () => {
    const platform = await startPlatform();
    try {
      const [gone, moved, here] = [anActor(), anActor(), anActor()];
      const [lost, kept] = [anActor(), anActor()].map((each) => ({
        ...each,
        permissions: ['ManageUsers' as const],
      })) as [Actor, Actor];
      platform.identity.revoked.endedIds.push(gone.sessionId);
      platform.identity.revoked.membershipIds.push(moved.membershipId);
      for (const { membershipId } of [lost, kept])
        platform.identity.revoked.memberships.push({
          id: membershipId,
          permissions: membershipId === lost.membershipId ? ['InviteMembers'] : ['ManageUsers'],
        });
      for (const actor of [gone, moved, lost])
        expect(await platform.ask(me, { token: platform.token(actor) })).toMatchObject({ status: 401 });
      for (const actor of [here, kept])
        expect(await platform.ask(me, { token: platform.token(actor) })).toMatchObject({ status: 200 });
    } finally {
      await platform.stop();
    }
  });

  it('asks again when it may have missed something', async () => {
    const platform = await startPlatform();
    try {
      const revocations = revocationsOf(platform);
      const actor = anActor();
      await revocations.ready();
      platform.identity.revoked.endedIds.push(actor.sessionId);
      await revocations.ready();
      expect(revocations.concern(actor)).toBe(false);
      revocations.mayHaveMissed();
      await until(() => revocations.concern(actor), 'the session is known to have ended');
    } finally {
      await platform.stop();
    }
  });

  it('judges no token before it was told once, and goes on with what it knows afterwards', async () => {
    const platform = await startPlatform();
    try {
      const known = revocationsOf(platform);
      await known.ready();
      await platform.identity.stop();
      known.mayHaveMissed();
      await known.ready();
      await expect(revocationsOf(platform).ready()).rejects.toThrow('revocations could not be fetched');
    } finally {
      await platform.stop();
    }
  });
});

describe('keys of identity', () => {
  it('may be out of reach: then tokens are not called invalid, and known keys go on', async () => {
    const platform = await startPlatform();
    try {
      await platform.ask(me, { token: platform.token(anActor()) });
      await platform.identity.stop();
      expect(await platform.ask(me, { token: platform.token(anActor()) })).toMatchObject({ status: 200 });
    } finally {
      await platform.stop();
    }
  });

  it('were never reached: 503, not 401', async () => {
    const platform = await startPlatform({ env: { IDENTITY_JWKS_URL: 'http://127.0.0.1:1/jwks.json' } });
    try {
      expect(await platform.ask(me, { token: platform.token(anActor()) })).toMatchObject({
        status: 503,
        errors: [{ extensions: { code: 'UNAVAILABLE' } }],
      });
    } finally {
      await platform.stop();
    }
  });
});

describe('rotation of internal keys', () => {
  it('signs with the first key and publishes all', () => {
    const [first, second] = [newKeyPair().privateKey, newKeyPair().privateKey];
    const { jwks, tokenFor } = createInternalTokens([first, second]);
    expect(jwks.keys).toHaveLength(2);
    expect(jwt.decode(tokenFor(null, 'tickets'), { complete: true })?.header.kid).toBe(jwks.keys[0]?.['kid']);
  });
});
