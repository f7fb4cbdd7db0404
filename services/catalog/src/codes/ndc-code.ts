/**
 * US National Drug Codes and the barcodes made of them. A product's code has two segments (labeler, product), a package's
 * a third one. They are printed as 4-4-2, 5-3-2 or 5-4-1, padded to 5-4-2, without hyphens, or as UPC and GTIN.
 */

/** `0002-1200-10` becomes `00002120010`; a product's code becomes nine digits. Null when it is no NDC. */
export function paddedNdc(printed: string): string | null {
  const parts = /^(\d{4,5})-(\d{3,4})(?:-(\d{1,2}))?$/.exec(printed);
  if (!parts) return null;
  const [, labeler = '', product = '', pack] = parts;
  const padded = labeler.padStart(5, '0') + product.padStart(4, '0');
  return pack === undefined ? padded : padded + pack.padStart(2, '0');
}

/** The digits of a printed code: what a barcode carries. */
export const digitsOf = (printed: string): string => printed.replaceAll('-', '');

const atc = /^[A-Z]\d\d[A-Z]{2}\d\d$/;

/** What to look up when somebody typed or scanned a code; null when it is none, so that words are searched for. */
export function codeAsked(question: string): string | null {
  const text = question.trim().toUpperCase();
  if (atc.test(text)) return text;
  if (text.includes('-')) return paddedNdc(text);
  const gs1 = /^\(?01\)?(\d{14})(?:\D|$)/.exec(text);
  const digits = gs1 ? gs1[1]! : text.replaceAll(' ', '');
  if (!/^\d{8,14}$/.test(digits)) return null;
  return digits.length < 12 ? digits : ndcInBarcode(digits);
}

/** UPC-A is 3, the ten digits of the NDC and a check digit; EAN-13 and GTIN-14 put digits before it. */
function ndcInBarcode(digits: string): string | null {
  if (!hasRightCheckDigit(digits)) return null;
  return /^\d?0?3(\d{10})\d$/.exec(digits)?.[1] ?? null;
}

/** GS1 General Specifications, 7.9: weights 3 and 1 in turn from the right. */
function hasRightCheckDigit(digits: string): boolean {
  const sum = [...digits]
    .toReversed()
    .reduce((total, digit, place) => total + Number(digit) * (place % 2 === 0 ? 1 : 3), 0);
  return sum % 10 === 0;
}
