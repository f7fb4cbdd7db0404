import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLog } from '@carethread/service-kit/log.ts';
import { accessTokenVerifier } from '../src/sign-in/access-token.ts';
import { IdentityKeys } from '../src/sign-in/identity-keys.ts';
import { Revocations } from '../src/sign-in/revocations.ts';
import { createInternalTokens } from '../src/sign-in/internal-token.ts';
import { callerOf } from '../src/sign-in/caller.ts';
import jwt from 'jsonwebtoken';
import { accessToken, anActor, newKeyPair, newSigningKey } from './fixtures/identity-provider.ts';
import { type Platform, startPlatform } from './fixtures/platform.ts';

const me = '{ me { id } }';

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
    const keys = new IdentityKeys(platform.identity.jwksUrl, createLog('gateway', 'silent'));
    const verify = accessTokenVerifier(keys, new Revocations());
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

  it('ends a proof of identity with its session', async () => {
    const revocations = new Revocations();
    const keys = new IdentityKeys(platform.identity.jwksUrl, createLog('gateway', 'silent'));
    const verify = accessTokenVerifier(keys, revocations);
    const actor = anActor();
    const token = platform.token(actor, { claims: { auth_time: 1_800_000_000, amr: ['pwd'] } });
    await expect(verify(token)).resolves.toBeDefined();
    revocations.sessionEnded(actor.sessionId);
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
