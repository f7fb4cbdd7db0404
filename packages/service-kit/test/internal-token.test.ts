import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { internalTokenType, internalTokenVerifier, InvalidToken } from '../src/internal-token.ts';
import { createLog } from '../src/log.ts';
import { type KeySet, startKeySet } from '../testing/key-set.ts';
import { person } from '../testing/people.ts';

const log = createLog('test', 'silent');
const now = () => Math.floor(Date.now() / 1000);

describe('an internal token', () => {
  let gateway: KeySet;
  let verify: ReturnType<typeof internalTokenVerifier>;
  const actor = person('pharmacist');
  beforeAll(async () => {
    gateway = await startKeySet('one');
    verify = internalTokenVerifier({ jwksUrl: gateway.url, audience: 'tickets', log });
  });
  afterAll(() => gateway.close());

  const token = (claims: object = {}, header: object = {}, key: jwt.Secret = gateway.pem) =>
    jwt.sign(
      // Through JSON, so that a claim overridden with undefined is left out.
      JSON.parse(
        JSON.stringify({ actor, iss: 'carethread-gateway', aud: 'tickets', exp: now() + 60, ...claims }),
      ) as object,
      key,
      { header: { alg: 'ES256', kid: 'one', typ: internalTokenType, ...header } },
    );
  const unsigned = () => {
    const header = Buffer.from(JSON.stringify({ alg: 'none', typ: internalTokenType, kid: 'one' }));
    return `${header.toString('base64url')}.${token().split('.')[1]}.`;
  };
  const publicHalf = () => createPublicKey(gateway.pem).export({ type: 'spki', format: 'pem' });
  const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

  it('says who asks', async () => {
    expect(await verify(`Bearer ${token()}`)).toEqual(actor);
    expect(await verify(`Bearer ${token({ actor: undefined })}`)).toBeNull();
  });

  it('says that a program asks, and with which scopes', async () => {
    const program = { ...actor, client: { id: actor.userId, scopes: ['tickets:read'] } };
    expect(await verify(`Bearer ${token({ actor: program })}`)).toEqual(program);
  });

  it.each<[string, () => string]>([
    ['without a signature (alg none)', unsigned],
    [
      'signed with the public half as a shared secret (HS256)',
      () => token({}, { alg: 'HS256' }, publicHalf()),
    ],
    ['for another service', () => token({ aud: 'payments' })],
    ['from somebody else', () => token({ iss: 'carethread' })],
    ['that has expired', () => token({ exp: now() - 10 })],
    ['signed by another key under a known id', () => token({}, {}, foreign)],
    ['signed by a key nobody knows', () => token({}, { kid: 'two' }, foreign)],
    ['without a key id', () => token({}, { kid: undefined })],
    ['that is an access token', () => token({}, { typ: 'at+jwt' })],
    ['that is a claim token', () => token({}, { typ: 'ct-claim+jwt' })],
    ['of no type', () => token({}, { typ: undefined })],
  ])('is refused %s', async (_, forge) => {
    await expect(verify(`Bearer ${forge()}`)).rejects.toThrow(InvalidToken);
  });

  it.each([undefined, '', 'Bearer', 'Basic abc', 'Bearer a.b'])('is not %j', async (header) => {
    await expect(verify(header)).rejects.toThrow(InvalidToken);
  });

  it('is refused by an actor that is malformed', async () => {
    await expect(verify(`Bearer ${token({ actor: { ...actor, role: 'root' } })}`)).rejects.toThrow('role');
  });
});
