import { exact, exactOf, over, plus, times, type Exact, zero } from '../amount/exact.ts';
import type { Strength } from '../amount/strength.ts';
import { unitOf, type Unit } from '../amount/unit.ts';
import type { GapReason } from './gap.ts';
import type { CodedLine } from './uses.ts';

/** An amount in the smallest unit of `unit`'s dimension. */
const inBase = (amount: Exact, unit: Unit): Exact => times(amount, unit.factor);

/**
 * How much of an ingredient a line gives in a day, as an exact amount of `unit`; or why that cannot be told.
 * A dose in mg or units is the ingredient's own amount if the line has no other; mL and tablets go through the strength.
 */
export function dailyAmount(line: CodedLine, ingredient: string, unit: Unit): Exact | GapReason {
  if (!line.dose) return 'missing_dose';
  const amount = exact(line.dose.amount);
  const perDay = exactOf(line.dose.perDay);
  const doseUnit = unitOf(line.dose.unit);
  if (!amount || !perDay) return 'missing_dose';
  if (!doseUnit) return 'unit_not_convertible';
  const given = inBase(times(amount, perDay), doseUnit);
  if (doseUnit.dimension === unit.dimension)
    return isAlone(line, ingredient) ? over(given, unit.factor) : 'unit_not_convertible';
  const contained = strengthsOf(line, ingredient).map((strength) => concentration(strength, doseUnit, unit));
  if (contained.length === 0 || contained.includes(null)) return 'unit_not_convertible';
  const perBase = contained.reduce<Exact>((sum, each) => plus(sum, each!), zero);
  return over(times(given, perBase), unit.factor);
}

function isAlone({ ingredients, product }: CodedLine, ingredient: string): boolean {
  return [...ingredients, ...(product?.ingredients.map(({ code }) => code) ?? [])].every(
    (code) => code === ingredient,
  );
}

const strengthsOf = ({ product }: CodedLine, ingredient: string): (Strength | null)[] =>
  product?.ingredients.filter(({ code }) => code === ingredient).map(({ strength }) => strength) ?? [];

/** Base amount of the ingredient in one base unit of the product, when both are measured as asked for. */
function concentration(strength: Strength | null, of: Unit, unit: Unit): Exact | null {
  if (!strength) return null;
  const [amount, perAmount] = [exact(strength.amount), exact(strength.perAmount)];
  const [inUnit, perUnit] = [unitOf(strength.unit), unitOf(strength.perUnit)];
  if (!amount || !perAmount || perAmount.n === 0n) return null;
  if (inUnit?.dimension !== unit.dimension || perUnit?.dimension !== of.dimension) return null;
  return over(inBase(amount, inUnit), inBase(perAmount, perUnit));
}
