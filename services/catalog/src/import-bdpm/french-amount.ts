import { decimalText, exact } from '../amount/exact.ts';
import type { Strength } from '../amount/strength.ts';

const units: Record<string, string> = {
  mg: 'mg',
  g: 'g',
  kg: 'kg',
  ml: 'mL',
  l: 'L',
  microgrammes: 'mcg',
  microgramme: 'mcg',
  µg: 'mcg',
  nanogrammes: 'ng',
  ui: 'unit',
  'u.i.': 'unit',
  unités: 'unit',
  mmol: 'mmol',
};
const number = String.raw`\d[\d ]*(?:,\d+)?`;
const amount = new RegExp(String.raw`^(${number}) ?([\p{Letter}µ.]+)$`, 'u');
/** Something counted in ones, such as `un comprimé`, perhaps with how much is in it. */
const piece = new RegExp(
  String.raw`^une? [\p{Letter} ()-]+?(?: de (${number}) ?(ml|g|mg))?(?: de [\p{Letter} ']+)?$`,
  'iu',
);
const measure = new RegExp(String.raw`^(${number}) ?(ml|l|g)(?: d[e']\s?[\p{Letter} ,'()-]+)?$`, 'iu');

/** `1 000,50` as the decimal 1000.5; null when it is none or nothing. */
function decimal(french: string): string | null {
  const value = exact(french.replaceAll(' ', '').replace(',', '.'));
  return value && value.n > 0n ? decimalText(value, 12) : null;
}

/** `200 mg` in `un comprimé` or `5 ml de sirop`. Null when it cannot be read for sure: ranges, dilutions, extracts. */
export function frenchStrength(dosage: string, reference: string): Strength | null {
  const [, much = '', unit = ''] = amount.exec(spaced(dosage)) ?? [];
  const known = units[unit.toLowerCase()];
  const value = decimal(much);
  if (!value || !known) return null;
  const text = spaced(reference);
  const counted = piece.exec(text);
  const [, volume = null, per = null] = counted ?? measure.exec(text) ?? [];
  if (!counted && volume === null) return null;
  // A sachet of 3 g is one piece; of 5 mL of a liquid somebody may take less.
  if (volume === null || per === null || (counted && per.toLowerCase() !== 'ml'))
    return { amount: value, unit: known, perAmount: '1', perUnit: '1' };
  const perAmount = decimal(volume);
  const perUnit = units[per.toLowerCase()];
  return perAmount && perUnit ? { amount: value, unit: known, perAmount, perUnit } : null;
}

const spaced = (text: string): string =>
  text
    .replace(/[\s\u00A0\u202F]+/g, ' ')
    .replaceAll('’', "'")
    .trim();

/**
 * Euros with a decimal comma and, above a thousand, a second one: `1,466,29` is 146629 cents. Null when it is not written
 * so.
 */
export function cents(text: string): number | null {
  if (!/^(\d+|\d{1,3}(,\d{3})+),\d\d$/.test(text)) return null;
  return Number(text.replaceAll(',', ''));
}

/** `65%` and `65 %`. Null for anything else. */
export function percent(text: string): string | null {
  const rate = /^(\d{1,3}(?:,\d+)?) ?%$/.exec(text)?.[1]?.replace(',', '.');
  return rate !== undefined && Number(rate) <= 100 ? rate : null;
}
