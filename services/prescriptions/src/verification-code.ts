import { randomInt } from 'node:crypto';

/** Crockford's base 32: no letter that is taken for a digit. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const length = 30;

/** A new code: 150 random bits, so that nobody finds one by trying. */
export const newVerificationCode = (): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');

/** The code somebody typed or scanned, as it is stored; null for what cannot be one. */
export function readVerificationCode(text: string): string | null {
  if (text.length > 100) return null;
  const code = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return code.length === length && Array.from(code).every((character) => alphabet.includes(character))
    ? code
    : null;
}

/** In groups, as a code is read out on the telephone. */
export const groupedCode = (code: string): string => code.match(/.{1,5}/g)?.join('-') ?? '';
