import { exact, exactOf, isMore, lesser, over, plus, times, type Exact, zero } from '../amount/exact.ts';
import type { Strength } from '../amount/strength.ts';
import { rateOf, unitOf, type Unit } from '../amount/unit.ts';
import type { GapReason } from './gap.ts';
import type { CodedLine } from './uses.ts';

/** What a line gives of an ingredient, as exact amounts of one unit. */
export interface Amounts {
  readonly inADay: Exact;
  /** Of something that flows all the time: between two changes. */
  readonly atATime: Exact;
  readonly timesADay: Exact;
}

const day: Exact = { n: 1_440n, d: 1n };
const hour: Exact = { n: 60n, d: 1n };

/** An amount in the smallest unit of `unit`'s dimension. */
const inBase = (amount: Exact, unit: Unit): Exact => times(amount, unit.factor);

/**
 * How much of an ingredient a line gives, as exact amounts of `unit`; or why that cannot be told. A dose in mg or units is
 * the ingredient's own amount if the line has no other; mL and tablets go through the strength, patches and pumps through
 * what they give in an hour.
 */
export function amountsOf(line: CodedLine, ingredient: string, unit: Unit): Amounts | GapReason {
  if (!line.dose) return 'missing_dose';
  const amount = exact(line.dose.amount);
  const timesADay = exactOf(line.dose.perDay);
  if (!amount || !timesADay || timesADay.n === 0n) return 'missing_dose';
  const flow = rateOf(line.dose.unit);
  const doseUnit = flow?.unit ?? unitOf(line.dose.unit);
  if (!doseUnit) return 'unit_not_convertible';
  const given = flow ? over(times(amount, day), flow.minutes) : times(amount, timesADay);
  const inADay = contained(line, ingredient, {
    given: inBase(given, doseUnit),
    of: doseUnit,
    unit,
    timesADay,
  });
  if (!inADay) return 'unit_not_convertible';
  return { inADay, atATime: over(inADay, timesADay), timesADay };
}

interface Given {
  /** In a day, in the smallest unit of what it is measured in. */
  readonly given: Exact;
  readonly of: Unit;
  /** What is asked for. */
  readonly unit: Unit;
  readonly timesADay: Exact;
}

function contained(line: CodedLine, ingredient: string, what: Given): Exact | null {
  const { given, of, unit } = what;
  if (of.dimension === unit.dimension) return isAlone(line, ingredient) ? over(given, unit.factor) : null;
  const each = strengthsOf(line, ingredient).map((strength) => inThat(strength, what));
  if (each.length === 0 || each.includes(null)) return null;
  return over(
    each.reduce<Exact>((sum, amount) => plus(sum, amount!), zero),
    unit.factor,
  );
}

function isAlone({ ingredients, product }: CodedLine, ingredient: string): boolean {
  return [...ingredients, ...(product?.ingredients.map(({ code }) => code) ?? [])].every(
    (code) => code === ingredient,
  );
}

const strengthsOf = ({ product }: CodedLine, ingredient: string): (Strength | null)[] =>
  product?.ingredients.filter(({ code }) => code === ingredient).map(({ strength }) => strength) ?? [];

/** What is given of an ingredient of that strength, in its smallest unit, when both are measured as asked for. */
function inThat(strength: Strength | null, { given, of, unit, timesADay }: Given): Exact | null {
  if (!strength) return null;
  const [amount, perAmount] = [exact(strength.amount), exact(strength.perAmount)];
  const [inUnit, perUnit] = [unitOf(strength.unit), unitOf(strength.perUnit)];
  if (!amount || !perAmount || perAmount.n === 0n) return null;
  if (!inUnit || inUnit.dimension !== unit.dimension || !perUnit) return null;
  const [gives, per] = [inBase(amount, inUnit), inBase(perAmount, perUnit)];
  if (perUnit.dimension === of.dimension) return over(times(given, gives), per);
  // So many patches are worn at a time, however often they are changed.
  if (perUnit.dimension !== 'time' || of.dimension !== 'count') return null;
  return over(times(times(over(given, timesADay), wornInADay(per, timesADay)), gives), per);
}

/** Minutes. `25 mcg/h` flows all day; `10 mg/9 h` is worn for nine hours each time. */
function wornInADay(rated: Exact, timesADay: Exact): Exact {
  const isTimed = isMore(rated, hour) && isMore(day, rated);
  return isTimed ? lesser(day, times(rated, timesADay)) : day;
}
