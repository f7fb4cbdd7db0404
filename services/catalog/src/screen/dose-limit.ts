import type { PatientFactors } from '@carethread/contracts/screening.ts';
import { exact, exactOf, greater, lesser, times, type Exact, zero } from '../amount/exact.ts';
import type { DoseRule } from '../rules/rule.ts';
import { bodySurface } from './body-surface.ts';
import type { GapReason } from './gap.ts';
import type { Known } from './judgement.ts';
import { clearanceBelow, within } from './patient.ts';

/** A limit of a dose, as far as it is known: it lies between `least` and `most`. */
export interface Limit {
  /** Null: may be as low as nothing. */
  readonly least: Exact | null;
  /** Null: no upper end is known. */
  readonly most: Exact | null;
  /** Why the two differ. */
  readonly reasons: readonly GapReason[];
  readonly ruleId: string;
}

/** One of the limits a dose rule may set. */
export type LimitKind = 'maxPerDay' | 'minPerDay' | 'maxPerDose' | 'minPerDose' | 'maxTimesPerDay';
interface Amount {
  readonly amount: Exact;
  readonly per: 'kg' | 'm2' | null;
  readonly cap: Exact | null;
}

/** The rules that are, or may be, for this patient, each with why that is not known. */
export type Fitting = readonly { readonly rule: DoseRule; readonly unsure: GapReason | null }[];

/** Out of rules for one ingredient and route, those for such a patient. */
export const fitting = (rules: readonly DoseRule[], patient: PatientFactors): Fitting =>
  rules.flatMap((rule) => {
    const fits = isFor(rule, patient);
    return fits === false ? [] : [{ rule, unsure: fits === true ? null : fits }];
  });

/** One limit for this patient; null when none of these rules sets it. */
export function limitFor(
  kind: LimitKind,
  rules: Fitting,
  patient: PatientFactors,
  ingredients: ReadonlySet<string>,
): Limit | null {
  const limits = rules.map(({ rule, unsure }) => {
    const limit = limitOf(kind, rule, patient, ingredients);
    return unsure && limit ? { ...limit, reasons: [...limit.reasons, unsure] } : limit;
  });
  const set = limits.filter((limit) => limit !== null);
  if (set.length === 0) return null;
  const limit = set.reduce(widest);
  const silent = rules.filter((_, index) => !limits[index]);
  if (silent.length === 0) return limit;
  // The rule that is the patient's may be one that does not set it.
  const reasons = [...limit.reasons, ...silent.flatMap(({ unsure }) => unsure ?? [])];
  return kind.startsWith('min') ? { ...limit, reasons, least: zero } : { ...limit, reasons, most: null };
}

function isFor({ population }: DoseRule, { ageMonths, weightGrams }: PatientFactors): Known {
  const age = within(ageMonths, population.ageMonths, 'missing_age');
  const weight = within(weightGrams, population.weightGrams ?? {}, 'missing_weight');
  if (age === false || weight === false) return false;
  return age === true ? weight : age;
}

function limitOf(
  kind: LimitKind,
  rule: DoseRule,
  patient: PatientFactors,
  ingredients: ReadonlySet<string>,
): Limit | null {
  const base = amountOf(kind, rule);
  if (!base) return null;
  let limit = scaled(base, rule.id, patient);
  for (const { when, ...lowered } of rule.adjustments) {
    const amount =
      kind === 'maxPerDay' ? lowered.amount : kind === 'maxPerDose' ? lowered.maxPerDose : undefined;
    if (amount === undefined) continue;
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

function amountOf(kind: LimitKind, { maxPerDay, range = {} }: DoseRule): Amount | null {
  if (kind === 'maxTimesPerDay')
    return range.maxTimesPerDay === undefined
      ? null
      : { amount: exactOf(range.maxTimesPerDay)!, per: null, cap: null };
  const dose: { amount: string; per?: 'kg' | 'm2' | undefined; cap?: string | undefined } | undefined =
    kind === 'maxPerDay' ? maxPerDay : range[kind];
  return dose
    ? { amount: exact(dose.amount)!, per: dose.per ?? null, cap: dose.cap ? exact(dose.cap)! : null }
    : null;
}

/** For a body of this size. */
function scaled({ amount, per, cap }: Amount, ruleId: string, patient: PatientFactors): Limit {
  if (!per) return { least: amount, most: amount, reasons: [], ruleId };
  const { weightGrams, heightMillimetres = null } = patient;
  if (weightGrams === null) return { least: null, most: cap, reasons: ['missing_weight'], ruleId };
  if (per === 'm2' && heightMillimetres === null)
    return { least: null, most: cap, reasons: ['missing_height'], ruleId };
  const size =
    per === 'kg' ? { n: BigInt(weightGrams), d: 1_000n } : bodySurface(weightGrams, heightMillimetres!);
  const bySize = times(amount, size);
  const limit = cap ? lesser(bySize, cap) : bySize;
  return { least: limit, most: limit, reasons: [], ruleId };
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
