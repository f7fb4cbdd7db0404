import { decimalText, exact } from '../amount/exact.ts';
import type { Strength } from '../amount/strength.ts';

const spellings: Record<string, string> = { ug: 'mcg', '[iU]': 'unit', "[USP'U]": 'unit', meq: 'mEq' };

/**
 * Reads a strength of the NDC directory: `.75` with `mg/.5mL`, `10` with `mg/1`. A unit that does not convert, such as
 * `[hp_X]/mL`, stays as it is. Null when the number cannot be read or is nothing.
 */
export function ndcStrength(number: string, unit: string): Strength | null {
  const amount = exact(number.replaceAll(',', ''));
  const parts = /^([^/]+)\/(\d*\.?\d*)(.*)$/.exec(unit);
  if (!amount || amount.n === 0n || !parts) return null;
  const [, numerator = '', count = '', denominator = ''] = parts;
  const perAmount = exact(count || '1');
  if (!perAmount || perAmount.n === 0n) return null;
  return {
    amount: decimalText(amount, 12),
    unit: spellings[numerator] ?? numerator,
    perAmount: decimalText(perAmount, 12),
    perUnit: denominator || '1',
  };
}
