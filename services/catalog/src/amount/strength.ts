import { exact } from './exact.ts';
import { unitOf } from './unit.ts';

/** How much of one ingredient is in how much of the product: 250 mg in 5 mL, 5 mg in 1 (tablet), 25 mcg in 1 h. */
export interface Strength {
  /** Decimal text, exact. */
  readonly amount: string;
  readonly unit: string;
  readonly perAmount: string;
  /** `1` when the strength is that of one piece. */
  readonly perUnit: string;
}

const pattern = /^([\d.]+) ([A-Za-z%]+)(?:\/(?:([\d.]+) ?)?([A-Za-z]+))?$/;

/** Reads `5 mg`, `250 mg/5 mL`, `10 mg/g`, `25 mcg/h`. Null when a number or a unit of it is not known. */
export function parseStrength(text: string): Strength | null {
  const parts = pattern.exec(text.trim());
  if (!parts) return null;
  const [, amount = '', unit = '', perAmount = '1', perUnit = '1'] = parts;
  const readable = exact(amount) && exact(perAmount)?.n && unitOf(unit) && unitOf(perUnit);
  return readable ? { amount, unit, perAmount, perUnit } : null;
}

/** The strengths of a combination, `500 mg + 125 mg`, in the order of its ingredients. Null when any is not readable. */
export function parseStrengths(text: string): Strength[] | null {
  const all = text.split(' + ').map(parseStrength);
  return all.every((each) => each !== null) ? all : null;
}

/** As it is printed: `250 mg/5 mL`. */
export function strengthText({ amount, unit, perAmount, perUnit }: Strength): string {
  if (perUnit === '1' && perAmount === '1') return `${amount} ${unit}`;
  return `${amount} ${unit}/${perAmount === '1' ? '' : `${perAmount} `}${perUnit}`;
}
