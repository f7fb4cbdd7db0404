import type { DoseRule } from './rule.ts';

interface Range {
  readonly from?: number | undefined;
  readonly below?: number | undefined;
}

/** Whether two dose rules can both be meant for one patient: then neither says what counts. */
export function overlap(a: DoseRule, b: DoseRule): boolean {
  if (a.ingredient !== b.ingredient) return false;
  if (a.routes.length && b.routes.length && !a.routes.some((route) => b.routes.includes(route))) return false;
  return (
    meet(a.population.ageMonths, b.population.ageMonths) &&
    meet(a.population.weightGrams, b.population.weightGrams)
  );
}

const meet = (a: Range = {}, b: Range = {}): boolean =>
  Math.max(a.from ?? 0, b.from ?? 0) < Math.min(a.below ?? Infinity, b.below ?? Infinity);
