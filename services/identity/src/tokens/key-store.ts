import { generateKeyPair, type JsonWebKey } from 'node:crypto';
import { promisify } from 'node:util';
import type { Tx } from '@carethread/bus/transaction.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { decideRotation, type KeyTimes, type Rotation, type RotationWish } from './key-life.ts';
import { seal, type SealingKeys } from './sealed.ts';

export interface StoredKey extends KeyTimes {
  publicJwk: JsonWebKey;
  sealedPrivateKey: Buffer;
}

const oneAtATime = `SELECT pg_advisory_xact_lock(hashtext('identity.signing_keys'))`;
const allKeys = `SELECT kid, signs_from AS "signsFrom", verifies_until AS "verifiesUntil", public_jwk AS "publicJwk",
    sealed_private_key AS "sealedPrivateKey" FROM signing_keys`;
const insertKey = `INSERT INTO signing_keys (kid, signs_from, public_jwk, sealed_private_key) VALUES ($1, $2, $3, $4)`;
const retireKey = 'UPDATE signing_keys SET verifies_until = $2 WHERE kid = $1';
const removeRetired = 'DELETE FROM signing_keys WHERE verifies_until <= $1';

/** Every key there is. Whoever changes them waits until this transaction has ended, and this one until they have. */
export function loadKeys(tx: Tx): Promise<StoredKey[]> {
  tx.send(oneAtATime);
  return tx.query<StoredKey>(allKeys);
}

/** Makes the next key if it is time for one or wanted, and removes those that verify nothing any more. */
export async function rotate(
  tx: Tx,
  wish: RotationWish,
  sealing: SealingKeys,
  now: Date,
): Promise<(Rotation & { kid: string }) | null> {
  const rotation = decideRotation(await loadKeys(tx), wish, now);
  if (!rotation) {
    tx.send(removeRetired, [now]);
    return null;
  }
  const { privateKey, publicKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  const kid = newId<'SigningKey'>();
  const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' };
  const plain = privateKey.export({ format: 'der', type: 'pkcs8' });
  const sealed = seal(plain, sealing, kid);
  tx.send(insertKey, [kid, rotation.signsFrom, JSON.stringify(publicJwk), sealed]);
  for (const { kid: former, verifiesUntil } of rotation.retire) tx.send(retireKey, [former, verifiesUntil]);
  tx.send(removeRetired, [now]);
  return { kid, ...rotation };
}
