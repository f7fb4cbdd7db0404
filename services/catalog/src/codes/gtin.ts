/** GS1 General Specifications, 7.9: weights 3 and 1 in turn from the right. `digits` are without the check digit. */
export function checkDigit(digits: string): string {
  const sum = [...digits]
    .toReversed()
    .reduce((total, digit, place) => total + Number(digit) * (place % 2 === 0 ? 3 : 1), 0);
  return String((10 - (sum % 10)) % 10);
}

/** GTIN-8, UPC-A, EAN-13 or GTIN-14 as 14 digits. Null when the length or the check digit is wrong. */
export function gtin14(digits: string): string | null {
  if (!/^(\d{8}|\d{12,14})$/.test(digits)) return null;
  return checkDigit(digits.slice(0, -1)) === digits.slice(-1) ? digits.padStart(14, '0') : null;
}

/**
 * The single item of which this is one or a whole case: the first of the 14 digits says how many are packed together, and
 * the check digit follows. Null for 9, goods of variable measure.
 */
export function singleItem(gtin: string): string | null {
  if (gtin.startsWith('9')) return null;
  const item = `0${gtin.slice(1, 13)}`;
  return item + checkDigit(item);
}

/** The ten digits of the NDC in a US medicine's GTIN: 3, the NDC, the check digit. Null for any other. */
export const ndcIn = (gtin: string): string | null => /^003(\d{10})\d$/.exec(gtin)?.[1] ?? null;

/** The GTIN-14 of a US package from the ten digits of its NDC. */
export const gtinOfNdc = (ndc10: string): string => `003${ndc10}${checkDigit(`003${ndc10}`)}`;
