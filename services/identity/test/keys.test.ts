import { spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase } from '@carethread/service-kit/database.ts';
import jwt from 'jsonwebtoken';
import { sealingKeys } from '../src/tokens/sealed.ts';
import { signingKeys } from '../src/tokens/signing-keys.ts';
import { type Identity, keyEncryptionKey, startIdentity } from './identity.ts';

let identity: Identity;
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const keySetUrl = () => `http://127.0.0.1:${identity.service.port}/.well-known/jwks.json`;
const rotateKeysCli = resolve(import.meta.dirname, '../src/rotate-keys-cli.ts');
const cliEnvironment = () => ({ ...process.env, ...identity.env });
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

  it('is rotated: published, waited for, signed with, retired; a token is good from its first moment to its last', async () => {
    const minutes = (count: number) => identity.later(count * 60_000);
    const kidOf = (token: string) => jwt.decode(token, { complete: true })!.header.kid!;
    const published = async () => {
      const { keys } = (await (await fetch(keySetUrl())).json()) as {
        keys: (JsonWebKey & { kid: string })[];
      };
      return keys;
    };
    const token = async () => (await identity.signIn('patient')).session!.accessToken;
    /** As somebody verifies it who has just read the key set. */
    const isGood = async (accessToken: string, now: Date) => {
      const jwk = (await published()).find(({ kid }) => kid === kidOf(accessToken));
      if (!jwk) return false;
      const clockTimestamp = now.getTime() / 1000;
      const key = createPublicKey({ key: jwk, format: 'jwk' });
      jwt.verify(accessToken, key, { algorithms: ['ES256'], clockTimestamp });
      return true;
    };

    const before = await token();
    const rotating = spawnSync(process.execPath, [rotateKeysCli], {
      env: cliEnvironment(),
      encoding: 'utf8',
    });
    expect(rotating).toMatchObject({ status: 0, stderr: '' });
    minutes(5);
    const during = await token();
    const [next, former] = await published();
    expect([kidOf(before), kidOf(during), former?.kid]).toEqual(Array(3).fill(former?.kid));
    expect(rotating.stdout).toContain(next!.kid);

    minutes(25);
    const after = await token();
    expect(kidOf(after)).toBe(next!.kid);
    expect(await isGood(after, identity.now())).toBe(true);
    expect(await isGood(during, new Date(identity.now().getTime() - 25 * 60_000))).toBe(true);
    await expect(isGood(during, identity.now())).rejects.toThrow('jwt expired');

    minutes(29);
    expect((await published()).map(({ kid }) => kid)).toEqual([next!.kid, former!.kid]);
    minutes(1);
    expect((await published()).map(({ kid }) => kid)).toEqual([next!.kid]);
    expect(kidOf(await token())).toBe(next!.kid);
  });

  it('gets a new key by itself when the signing one is a month old, once whoever looks', async () => {
    const count = async () => Number((await identity.sql('SELECT count(*) AS n FROM signing_keys'))[0]!['n']);
    identity.later(86_400_000);
    await identity.drain();
    const before = await count();
    identity.later(28 * 86_400_000);
    await identity.drain();
    expect(await count()).toBe(before);
    identity.later(86_400_000);
    await identity.drain();
    await identity.drain();
    expect(await count()).toBe(before + 1);
    const tasks = await identity.sql(`SELECT key FROM bus.task WHERE kind = 'rotate-keys'`);
    expect(tasks).toHaveLength(1);
  });

  it('forgets a leaked key at once', async () => {
    const [leaked] = await identity.sql('SELECT kid FROM signing_keys ORDER BY signs_from DESC LIMIT 1');
    const args = [rotateKeysCli, '--leaked', leaked!['kid'] as string];
    expect(spawnSync(process.execPath, args, { env: cliEnvironment() }).status).toBe(0);
    expect(await identity.sql('SELECT kid FROM signing_keys WHERE kid = $1', [leaked!['kid']])).toEqual([]);
    expect(spawnSync(process.execPath, args, { env: cliEnvironment() }).status).toBe(2);
  });
});

describe('signing keys', () => {
  it('are made once, whoever starts first', async () => {
    await identity.sql('DELETE FROM signing_keys');
    const databases = Array.from({ length: 4 }, openAnother);
    const rings = await Promise.all(
      databases.map((database) => signingKeys(database, sealingKeys(keyEncryptionKey), () => new Date())()),
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
    const ring = signingKeys(database, sealingKeys(Buffer.alloc(32, 8)), () => new Date());
    await expect(ring()).rejects.toThrow('unable to authenticate data');
    await database.close();
  });
});
