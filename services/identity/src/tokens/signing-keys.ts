import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import type { SigningKey } from './access-token.ts';
import { type KeyTimes, publishedAt, rereadAfterMs, signingAt } from './key-life.ts';
import { loadKeys, rotate } from './key-store.ts';
import { type SealingKeys, unseal } from './sealed.ts';

export interface KeyRing {
  /** Signs new tokens. */
  current: SigningKey;
  /** What tokens are verified with: the public halves, those that wait and those that have retired as well. */
  published: { keys: JsonWebKey[] };
}

interface OpenedKey extends KeyTimes, SigningKey {
  publicJwk: JsonWebKey;
}

/**
 * Answers the key ring as of now. The keys are read at most every five minutes; which of them signs is a matter of the
 * clock. The first instance to ask makes the first key; all others find it, because they wait for its lock.
 */
export function signingKeys(
  database: Pick<Database, 'asWorker'>,
  sealing: SealingKeys,
  now: () => Date,
): () => Promise<KeyRing> {
  let keys: Promise<OpenedKey[]> | undefined;
  let readAt = 0;
  const read = (): Promise<OpenedKey[]> => {
    if (keys && now().getTime() - readAt < rereadAfterMs) return keys;
    readAt = now().getTime();
    const reading = database.asWorker((tx) => openKeys(tx, sealing, now()));
    keys = reading;
    // A failure is not remembered: the next one to ask tries again.
    reading.catch(() => (keys = keys === reading ? undefined : keys));
    return reading;
  };
  return async () => {
    const all = await read();
    const current = signingAt(all, now());
    if (!current) throw new Error('There is no key to sign with.');
    return { current, published: { keys: publishedAt(all, now()).map(({ publicJwk }) => publicJwk) } };
  };
}

async function openKeys(tx: Tx, sealing: SealingKeys, now: Date): Promise<OpenedKey[]> {
  let rows = await loadKeys(tx);
  if (!signingAt(rows, now)) {
    await rotate(tx, { kind: 'scheduled' }, sealing, now);
    rows = await loadKeys(tx);
  }
  return publishedAt(rows, now).map(({ sealedPrivateKey, ...key }) => {
    const plain = unseal(sealedPrivateKey, sealing, key.kid);
    return { ...key, privateKey: createPrivateKey({ key: plain, format: 'der', type: 'pkcs8' }) };
  });
}
