import { createPrivateKey, generateKeyPair, type JsonWebKey } from 'node:crypto';
import { promisify } from 'node:util';
import type { Tx } from '@carethread/bus/transaction.ts';
import { newId } from '@carethread/contracts/ids.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import type { SigningKey } from './access-token.ts';
import { seal, unseal } from './sealed.ts';

export interface KeyRing {
  /** Signs new tokens. */
  current: SigningKey;
  /** What tokens are verified with: the public halves, those of retired keys as well. */
  published: { keys: JsonWebKey[] };
}

interface KeyRow {
  kid: string;
  status: 'active' | 'retired';
  public_jwk: JsonWebKey;
  sealed_private_key: Buffer;
}

/** A key that another instance adds or retires is noticed within this time. */
const rereadAfterMs = 5 * 60_000;

const oneAtATime = `SELECT pg_advisory_xact_lock(hashtext('identity.signing_keys'))`;
const allKeys = `SELECT kid, status, public_jwk, sealed_private_key FROM signing_keys
  ORDER BY status = 'active' DESC, created_at DESC`;
const insertKey = `INSERT INTO signing_keys (kid, status, public_jwk, sealed_private_key)
  VALUES ($1, 'active', $2, $3)`;

/**
 * Answers the key ring, read at most every five minutes. The first instance to ask for it makes the first key; all
 * others find it, because they wait for its lock.
 */
export function signingKeys(
  database: Database,
  keyEncryptionKey: Buffer,
  now: () => Date,
): () => Promise<KeyRing> {
  let ring: Promise<KeyRing> | undefined;
  let readAt = 0;
  return () => {
    if (ring && now().getTime() - readAt < rereadAfterMs) return ring;
    readAt = now().getTime();
    const reading = database.asWorker((tx) => openRing(tx, keyEncryptionKey));
    ring = reading;
    // A failure is not remembered: the next one to ask tries again.
    reading.catch(() => (ring = ring === reading ? undefined : ring));
    return reading;
  };
}

async function openRing(tx: Tx, keyEncryptionKey: Buffer): Promise<KeyRing> {
  tx.send(oneAtATime);
  const rows = await tx.query<KeyRow>(allKeys);
  if (rows[0]?.status !== 'active') rows.unshift(await addKey(tx, keyEncryptionKey));
  const { kid, sealed_private_key } = rows[0]!;
  const privateKey = createPrivateKey({
    key: unseal(sealed_private_key, keyEncryptionKey, kid),
    format: 'der',
    type: 'pkcs8',
  });
  return { current: { kid, privateKey }, published: { keys: rows.map((row) => row.public_jwk) } };
}

async function addKey(tx: Tx, keyEncryptionKey: Buffer): Promise<KeyRow> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  const kid = newId<'SigningKey'>();
  const public_jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' };
  const plain = privateKey.export({ format: 'der', type: 'pkcs8' });
  const sealed_private_key = seal(plain, keyEncryptionKey, kid);
  tx.send(insertKey, [kid, JSON.stringify(public_jwk), sealed_private_key]);
  return { kid, status: 'active', public_jwk, sealed_private_key };
}
