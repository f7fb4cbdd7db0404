import { elementsOf } from './element-string.ts';
import { gtin14, ndcIn, singleItem } from './gtin.ts';
import { digitsOf, paddedNdc } from './ndc-code.ts';

/** A code that somebody typed or scanned. */
export interface ReadCode {
  /** Every way in which the catalog may have it. None: it is a code, but a wrong one, and finds nothing. */
  readonly values: readonly string[];
  /** Article number of the single item, 14 digits. */
  readonly gtin: string | null;
  readonly lot: string | null;
  readonly serial: string | null;
  /** YYMMDD. */
  readonly expiry: string | null;
}

const atc = /^[A-Z]\d\d[A-Z]{2}\d\d$/;
const nothingElse = { gtin: null, lot: null, serial: null, expiry: null };

/**
 * Reads what was typed or scanned as a code: NDC in every printed form, CIP, CIS, ATC, UPC, EAN, GTIN, GS1 element strings.
 * Null when it is none, so that words are searched for. Numbers are never repaired: a wrong check digit finds nothing.
 */
export function readCode(text: string): ReadCode | null {
  const trimmed = text.trim().toUpperCase();
  if (atc.test(trimmed)) return { ...nothingElse, values: [trimmed] };
  const elements = elementsOf(text);
  if (elements) {
    const { gtin, national, ...about } = elements;
    const article = gtin === null ? null : articleOf(gtin);
    return {
      ...about,
      gtin: article?.gtin ?? null,
      values: [...(article?.values ?? []), ...national.map(digitsOf)],
    };
  }
  if (trimmed.includes('-')) {
    const ndc = paddedNdc(trimmed);
    return ndc === null ? null : { ...nothingElse, values: [ndc] };
  }
  const digits = /^\d{7}$|^[\d ]{8,17}$/.test(trimmed) ? trimmed.replaceAll(' ', '') : '';
  if (!/^\d{7,14}$/.test(digits)) return null;
  const article = articleOf(digits);
  if (digits.length >= 12)
    return { ...nothingElse, gtin: article?.gtin ?? null, values: article?.values ?? [] };
  return { ...nothingElse, gtin: article?.gtin ?? null, values: [digits, ...(article?.values ?? [])] };
}

/** The codes to look up for what every package says, of any system; null when it is no code. */
export const codesAsked = (text: string): readonly string[] | null => readCode(text)?.values ?? null;

function articleOf(digits: string): { gtin: string; values: string[] } | null {
  const whole = gtin14(digits);
  const gtin = whole && singleItem(whole);
  if (!gtin) return null;
  const ndc = ndcIn(gtin);
  return { gtin, values: [gtin, ...(ndc ? [ndc] : [])] };
}
