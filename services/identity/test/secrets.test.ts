import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import pg from 'pg';
import { Secret } from 'otpauth';
import { loadTotp, totpLabel } from '../src/factors/factor-store.ts';
import { rotateColumnKeys, sealedColumns } from '../src/rotate-column-keys/rotate-column-keys.ts';
import { currentHeader, sealingKeys, unseal } from '../src/tokens/sealed.ts';
import { codeOf, factorsOf } from './factors.ts';
import {
  demoActor,
  demoOrganisationId,
  demoPassword,
  demoUserId,
  type Identity,
  keyEncryptionKey,
  startIdentity,
} from './identity.ts';

let identity: Identity;
let owner: pg.Pool;
const { send, challenged, signedIn, enrolled } = factorsOf(() => identity);
beforeAll(async () => {
  identity = await startIdentity();
  owner = new pg.Pool({ connectionString: identity.loginUrl('owner'), max: 1, pipeline: true });
});
afterAll(async () => {
  await owner.end();
  await identity.close();
});

/** Every value of every row of every table, bytes as hexadecimal. */
async function everything(): Promise<string> {
  const tables = await identity.sql<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'bus')`,
  );
  const rows = await Promise.all(
    tables.map(({ name }) => identity.sql<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)),
  );
  return rows
    .flat()
    .map(({ row }) => row)
    .join('\n')
    .toLowerCase();
}

describe('what is secret', () => {
  it('stands in no column of no table', async () => {
    const { secret, recoveryCodes } = await enrolled('doctor');
    const challenge = await challenged('doctor');
    const session = await signedIn('patient');
    const admin = demoActor('admin');
    const { reset } = await send(admin, 'resetSignIn', {
      idempotencyKey: newId(),
      userId: demoUserId('patient2'),
    });
    const { invited } = await send(admin, 'inviteMember', {
      idempotencyKey: newId(),
      email: 'somebody@new.example',
      organisationId: demoOrganisationId('pharmacy-1'),
      role: 'PHARMACIST',
    });
    const { options } = await send(null, 'beginPasskeySignIn');
    const tokens = [
      session.refreshToken,
      session.accessToken,
      challenge.token,
      reset.token,
      invited.token,
      JSON.parse(options).challenge as string,
    ];
    const secrets = [
      demoPassword,
      secret,
      Secret.fromBase32(secret).hex,
      ...recoveryCodes.flatMap((code) => [code, code.replaceAll('-', '')]),
      ...tokens.flatMap((token) => [token, Buffer.from(token, 'base64url').toString('hex')]),
    ];
    const stored = await everything();
    // The search finds what is there: an address, an id, bytes.
    for (const there of ['doctor@demo.example', demoUserId('doctor'), currentHeader(ring).toString('hex')])
      expect(stored).toContain(there);
    for (const each of secrets) {
      expect(stored).not.toContain(each.toLowerCase());
      expect(stored).not.toContain(Buffer.from(each).toString('hex'));
    }
  });
});

const ring = sealingKeys(keyEncryptionKey);

describe('sealed columns', () => {
  const totpOf = (login: string) =>
    identity.service.database.asActor(demoActor(login), (tx) => loadTotp(tx, demoUserId(login)));

  it('are the ones that are called so', async () => {
    const columns = await identity.sql<{ name: string }>(
      `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND column_name LIKE 'sealed%' ORDER BY 1`,
    );
    const known = sealedColumns.map(({ table, column }) => `${table}.${column}`);
    expect(columns.map(({ name }) => name)).toEqual(known.toSorted());
  });

  it('are sealed anew under the next key, in steps that can be repeated, and then need the old one no more', async () => {
    const { secret } = await enrolled('pharmacist');
    const next = randomBytes(32);
    const both = sealingKeys(next, [keyEncryptionKey]);
    const before = (await totpOf('pharmacist'))!.sealedSecret;
    const counts = await rotateColumnKeys(owner, both);
    expect(counts['totp_factors']).toBeGreaterThan(0);
    expect(counts['signing_keys']).toBe(1);
    expect(await rotateColumnKeys(owner, both)).toEqual({ totp_factors: 0, signing_keys: 0 });
    const { sealedSecret } = (await totpOf('pharmacist'))!;
    expect(sealedSecret).not.toEqual(before);
    const open = (keys: typeof ring) => unseal(sealedSecret, keys, totpLabel(demoUserId('pharmacist')));
    expect(open(sealingKeys(next)).toString('hex')).toBe(Secret.fromBase32(secret).hex.toLowerCase());
    expect(() => open(ring)).toThrow('unable to authenticate data');
    // Back, for the service that runs on.
    await rotateColumnKeys(owner, sealingKeys(keyEncryptionKey, [next]));
  });

  it('stops at what no key of the ring opens, and keeps what it has done', async () => {
    const stranger = sealingKeys(randomBytes(32));
    await expect(rotateColumnKeys(owner, stranger)).rejects.toThrow('unable to authenticate data');
    expect(await rotateColumnKeys(owner, ring)).toEqual({ totp_factors: 0, signing_keys: 0 });
  });

  it('cannot be moved from one person to another', async () => {
    const { secret } = await enrolled('doctor2');
    await identity.sql(
      `INSERT INTO totp_factors SELECT $2, sealed_secret, begun_at, confirmed_at, NULL FROM totp_factors WHERE user_id = $1`,
      [demoUserId('doctor2'), demoUserId('admin')],
    );
    const { token } = await challenged('admin');
    const answer = await identity.ask(
      null,
      'mutation ($input: CompleteSignInInput!) { completeSignIn(input: $input) { session { accessToken } } }',
      { input: { challenge: token, code: codeOf(secret, identity.now()) } },
    );
    expect(answer.data).toBeNull();
    expect(answer.errors).toMatchObject([{ extensions: { code: 'INTERNAL_ERROR' } }]);
  });
});
