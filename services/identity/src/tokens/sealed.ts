import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ivLength = 12;
const tagLength = 16;
/** First byte of an envelope, so that another form can follow. */
const form = 1;
const keyIdLength = 8;
const headerLength = 1 + keyIdLength;

/** The keys that seal columns of the database. */
export interface SealingKeys {
  /** Seals; opens as well. */
  readonly current: SealingKey;
  /** All that open: the current one, and former ones until nothing is sealed by them any more. */
  readonly all: readonly SealingKey[];
}
interface SealingKey {
  /** Follows from the key, so that nobody has to keep names and keys together. */
  readonly id: Buffer;
  readonly key: Buffer;
}

/** A ring of keys of 32 bytes each. */
export function sealingKeys(current: Buffer, former: readonly Buffer[] = []): SealingKeys {
  const all = [current, ...former].map((key) => ({ id: idOf(key), key }));
  return { current: all[0]!, all };
}

const idOf = (key: Buffer) => Buffer.from(hkdfSync('sha256', key, '', 'sealing key id', keyIdLength));

/**
 * AES-256-GCM under the current key. The answer is a form byte, the key's id, IV, tag and ciphertext in one piece.
 * `label` says what it is (table, column and row) and is needed to open it, so a sealed value cannot be put in another
 * one's place.
 */
export function seal(plain: Buffer, { current }: SealingKeys, label: string): Buffer {
  const iv = randomBytes(ivLength);
  const cipher = createCipheriv('aes-256-gcm', current.key, iv).setAAD(Buffer.from(label));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([headerOf(current), iv, cipher.getAuthTag(), sealed]);
}

/** What was sealed. Throws when no key of the ring opens it, the label is another, or a bit has changed. */
export function unseal(sealed: Buffer, ring: SealingKeys, label: string): Buffer {
  const named = ring.all.find((key) => sealed.subarray(0, headerLength).equals(headerOf(key)));
  if (named) return open(sealed.subarray(headerLength), named, label);
  // Signing keys of before the ring have no header: whichever key opens them has sealed them.
  for (const key of ring.all.slice(0, -1)) {
    try {
      return open(sealed, key, label);
    } catch {
      // The next one, then.
    }
  }
  return open(sealed, ring.all.at(-1)!, label);
}

/** How every envelope begins that is sealed by the current key. */
export const currentHeader = ({ current }: SealingKeys): Buffer => headerOf(current);

const headerOf = ({ id }: SealingKey): Buffer => Buffer.concat([Buffer.of(form), id]);

function open(sealed: Buffer, { key }: SealingKey, label: string): Buffer {
  const iv = sealed.subarray(0, ivLength);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagLength })
    .setAAD(Buffer.from(label))
    .setAuthTag(sealed.subarray(ivLength, ivLength + tagLength));
  return Buffer.concat([decipher.update(sealed.subarray(ivLength + tagLength)), decipher.final()]);
}
