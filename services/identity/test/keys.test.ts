import { createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase } from '@carethread/service-kit/database.ts';
import jwt from 'jsonwebtoken';
import { signingKeys } from '../src/tokens/signing-keys.ts';
import { type Identity, keyEncryptionKey, startIdentity } from './identity.ts';

let identity: Identity;
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const keySetUrl = () => `http://127.0.0.1:${identity.service.port}/.well-known/jwks.json`;
const openAnother = () =>
  openDatabase({
    appUrl: identity.env['DATABASE_URL']!,
    workerUrl: identity.env['WORKER_DATABASE_URL']!,
    poolSize: 2,
    onWake: () => {},
    onError: () => {},
  });

describe('the key set', () => {
  it('verifies access tokens', async () => {
    const { session } = await identity.signIn('patient');
    const { keys } = (await (await fetch(keySetUrl())).json()) as { keys: (JsonWebKey & { kid: string })[] };
    const { header } = jwt.decode(session!.accessToken, { complete: true })!;
    const key = createPublicKey({ key: keys.find(({ kid }) => kid === header.kid)!, format: 'jwk' });
    const claims = jwt.verify(session!.accessToken, key, {
      algorithms: ['ES256'],
      issuer: 'carethread',
      audience: 'carethread-api',
    });
    expect(claims).toMatchObject({ sub: session!.user.id, role: 'patient', perms: [] });
  });

  it('holds public halves only, and may be cached', async () => {
    const response = await fetch(keySetUrl());
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    const { keys } = (await response.json()) as { keys: object[] };
    expect(keys).toEqual([
      {
        kty: 'EC',
        crv: 'P-256',
        alg: 'ES256',
        use: 'sig',
        kid: expect.any(String),
        x: expect.any(String),
        y: expect.any(String),
      },
    ]);
  });

  it('keeps publishing a retired key, and signs with the new one', async () => {
    const { keys: before } = (await (await fetch(keySetUrl())).json()) as { keys: { kid: string }[] };
    const worker = openAnother();
    await identity.sql(`UPDATE signing_keys SET status = 'retired'`);
    const ring = await signingKeys(worker, keyEncryptionKey, () => new Date())();
    await worker.close();
    expect(ring.published.keys.map(({ kid }) => kid)).toEqual([ring.current.kid, before[0]!.kid]);

    identity.later(5 * 60_000);
    const { session } = await identity.signIn('patient');
    expect(jwt.decode(session!.accessToken, { complete: true })!.header.kid).toBe(ring.current.kid);
  });
});

describe('signing keys', () => {
  it('are made once, whoever starts first', async () => {
    await identity.sql('DELETE FROM signing_keys');
    const databases = Array.from({ length: 4 }, openAnother);
    const rings = await Promise.all(
      databases.map((database) => signingKeys(database, keyEncryptionKey, () => new Date())()),
    );
    await Promise.all(databases.map((database) => database.close()));
    expect(new Set(rings.map((ring) => ring.current.kid)).size).toBe(1);
    expect(rings[0]!.published.keys).toHaveLength(1);
  });

  it('are of no use without the key that seals them', async () => {
    const [row] = await identity.sql('SELECT sealed_private_key FROM signing_keys');
    expect(() => createPrivateKey({ key: row!['sealed_private_key'], format: 'der', type: 'pkcs8' })).toThrow(
      'asn1',
    );
    const database = openAnother();
    const ring = signingKeys(database, Buffer.alloc(32, 8), () => new Date());
    await expect(ring()).rejects.toThrow('unable to authenticate data');
    await database.close();
  });
});
