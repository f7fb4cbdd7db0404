import type { PatientFactors } from '@carethread/contracts/screening.ts';
import { exact, greater, lesser, times, type Exact } from '../amount/exact.ts';
import type { DoseRule } from '../rules/rule.ts';
import type { GapReason } from './gap.ts';
import type { Known } from './judgement.ts';
import { clearanceBelow, within } from './patient.ts';

/** The highest daily amount, as far as it is known: it lies between `least` and `most`. */
export interface Limit {
  /** Null: may be as low as nothing. */
  readonly least: Exact | null;
  /** Null: no upper end is known. */
  readonly most: Exact | null;
  /** Why the two differ. */
  readonly reasons: readonly GapReason[];
  readonly ruleId: string;
}

/** The limit for this patient out of rules for one ingredient and route; null when none of them is for such a patient. */
export function limitFor(
  rules: readonly DoseRule[],
  patient: PatientFactors,
  ingredients: ReadonlySet<string>,
): Limit | null {
  const limits = rules.flatMap((rule) => {
    const fits = isFor(rule, patient);
    if (fits === false) return [];
    const limit = limitOf(rule, patient, ingredients);
    return [fits === true ? limit : { ...limit, reasons: [...limit.reasons, fits] }];
  });
  return limits.length === 0 ? null : limits.reduce(widest);
}

function isFor({ population }: DoseRule, { ageMonths, weightGrams }: PatientFactors): Known {
  const age = within(ageMonths, population.ageMonths, 'missing_age');
  const weight = within(weightGrams, population.weightGrams ?? {}, 'missing_weight');
  if (age === false || weight === false) return false;
  return age === true ? weight : age;
}

function limitOf(rule: DoseRule, patient: PatientFactors, ingredients: ReadonlySet<string>): Limit {
  let limit = baseOf(rule, patient);
  for (const { when, amount } of rule.adjustments) {
    const applies = isAdjusted(when, patient, ingredients);
    const lower = exact(amount)!;
    if (applies === false) continue;
    limit = {
      ...limit,
      least: limit.least && lesser(limit.least, lower),
      most: applies === true ? (limit.most ? lesser(limit.most, lower) : lower) : limit.most,
      reasons: applies === true ? limit.reasons : [...limit.reasons, applies],
    };
  }
  return limit;
}

function baseOf({ id, maxPerDay }: DoseRule, { weightGrams }: PatientFactors): Limit {
  const amount = exact(maxPerDay.amount)!;
  const cap = maxPerDay.cap ? exact(maxPerDay.cap)! : null;
  if (!maxPerDay.per) return { least: amount, most: amount, reasons: [], ruleId: id };
  if (weightGrams === null) return { least: null, most: cap, reasons: ['missing_weight'], ruleId: id };
  const byWeight = times(amount, { n: BigInt(weightGrams), d: 1_000n });
  const limit = cap ? lesser(byWeight, cap) : byWeight;
  return { least: limit, most: limit, reasons: [], ruleId: id };
}

function isAdjusted(
  when: DoseRule['adjustments'][number]['when'],
  patient: PatientFactors,
  ingredients: ReadonlySet<string>,
): Known {
  if ('creatinineClearance' in when) return clearanceBelow(patient, when);
  if ('ageMonths' in when) return within(patient.ageMonths, when.ageMonths, 'missing_age');
  if ('conditions' in when) return when.conditions.some((code) => patient.conditions.includes(code));
  return when.with.some((code) => ingredients.has(code));
}

/** Of two limits that may both be the patient's: from the lower lowest to the higher highest. */
function widest(a: Limit, b: Limit): Limit {
  const bIsHigher = b.most === null || (a.most !== null && greater(a.most, b.most) === b.most);
  return {
    least: a.least && b.least && lesser(a.least, b.least),
    most: a.most && b.most && greater(a.most, b.most),
    reasons: [...a.reasons, ...b.reasons],
    ruleId: bIsHigher ? b.ruleId : a.ruleId,
  };
}
