import { randomInt } from 'node:crypto';

/** Digits and letters without pairs that look alike (0 O, 1 I L, 2 Z, 5 S, 8 B, U V) and without vowels, so without words. */
export const numberAlphabet = '23456789CDFGHJKMNPQRTVWXY';
const suffixLength = 5;

/**
 * A ticket number such as TKT-20261120-7KQ3M: the day of `openedAt` in the zone, and a suffix nobody can guess in bulk.
 * It is a label and gives no right. Uniqueness is the database's to decide.
 */
export function newTicketNumber(openedAt: Date, timeZone: string, alphabet = numberAlphabet): string {
  const suffix = Array.from({ length: suffixLength }, () => alphabet[randomInt(alphabet.length)]).join('');
  return `TKT-${dayIn(timeZone, openedAt)}-${suffix}`;
}

/** The number as it is stored, from however a person wrote it; null when it cannot be one. */
export function normalTicketNumber(written: string): string | null {
  const [, day, suffix] =
    /^TKT(\d{8})([0-9A-Z]{5})$/.exec(written.toUpperCase().replace(/[\s\-‐‑‒–—]/gu, '')) ?? [];
  return day && suffix ? `TKT-${day}-${suffix}` : null;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** YYYYMMDD of an instant in an IANA time zone. */
function dayIn(timeZone: string, instant: Date): string {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    formats.set(timeZone, format);
  }
  const part = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  return `${part.get('year')}${part.get('month')}${part.get('day')}`;
}

/** Whether this name is a time zone the runtime knows. */
export function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}
