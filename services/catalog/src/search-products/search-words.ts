import { decimalText, exact, over, times } from '../amount/exact.ts';
import type { Strength } from '../amount/strength.ts';
import { unitName, unitOf } from '../amount/unit.ts';
import { wordsOf } from '../text/fold.ts';

/** What a product can be found by. */
export interface Findable {
  /** Its own names and those of its ingredients. */
  readonly names: readonly string[];
  /** Brands, international names and names in other languages. */
  readonly synonyms: readonly string[];
  readonly strengths: readonly Strength[];
  /** Form and route in all their words. */
  readonly forms: readonly string[];
}

/** The product's folded words as PostgreSQL's tsvector, weighted A (names), B (synonyms), C (strengths), D (forms). */
export function searchVector({ names, synonyms, strengths, forms }: Findable): string {
  const places = new Map<string, Set<string>>();
  const add = (place: string, words: readonly string[]) => {
    for (const word of words) places.set(word, (places.get(word) ?? new Set()).add(place));
  };
  add('1A', names.flatMap(wordsOf));
  add('2B', synonyms.flatMap(wordsOf));
  add('3C', strengths.flatMap(strengthWords));
  add('4D', forms.flatMap(wordsOf));
  return [...places].map(([word, at]) => `'${word}':${[...at].join(',')}`).join(' ');
}

const masses = ['mcg', 'mg', 'g'];

/**
 * The words that a strength answers to, each only as a whole: `500mg`, `0.5g`, `500000mcg` and `500`; for a liquid its
 * volume, `5ml`; for 10 mg/g or 10 mg/mL the percentage, `1%`. The bare number stands for the amount, never for the volume.
 */
export function strengthWords({ amount, unit, perAmount, perUnit }: Strength): string[] {
  const value = exact(amount);
  const measure = unitOf(unit);
  if (!value || !measure) return [];
  const number = decimalText(value);
  const words = [number, `${number}${unitName(unit)}`];
  if (measure.dimension === 'mass')
    for (const mass of masses)
      words.push(`${decimalText(over(times(value, measure.factor), unitOf(mass)!.factor), 9)}${mass}`);
  if (perUnit !== '1') words.push(`${decimalText(exact(perAmount)!)}${unitName(perUnit)}`);
  if (measure.dimension === 'mass' && perAmount === '1' && ['ml', 'g'].includes(unitName(perUnit)))
    words.push(`${decimalText(over(times(value, measure.factor), { n: 10_000_000n, d: 1n }))}%`);
  return [...new Set(words)];
}
