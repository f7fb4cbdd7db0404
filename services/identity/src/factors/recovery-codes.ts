import { createHash, randomBytes } from 'node:crypto';
import type { UserId } from '@carethread/contracts/ids.ts';

const howMany = 10;
/** Crockford's: nothing in it is mistaken for something else. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const length = 16;

/** Ten codes of 80 random bits each, such as 7K3M-0QWE-RT9X-2B4N. Shown once; only their hashes are stored. */
export const newRecoveryCodes = (): string[] =>
  Array.from({ length: howMany }, () =>
    [...randomBytes(length)]
      .map((byte) => alphabet[byte % alphabet.length])
      .join('')
      .replaceAll(/(.{4})(?=.)/g, '$1-'),
  );

/** Under which a code is stored. Blanks, hyphens and lower case are as people type, and O, I, L as they read. */
export const recoveryCodeHash = (userId: UserId, code: string): Buffer =>
  createHash('sha256')
    .update(`${userId} ${normalised(code)}`)
    .digest();

const normalised = (code: string) =>
  code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
