import type { PatientFactors } from '@carethread/contracts/screening.ts';
import { isMore } from '../amount/exact.ts';
import { unitOf } from '../amount/unit.ts';
import type { DoseRule } from '../rules/rule.ts';
import { sorted } from './canonical.ts';
import { checkRanges } from './dose-range.ts';
import { fitting, limitFor } from './dose-limit.ts';
import { gap, type Gap } from './gap.ts';
import { finding, type Judgement } from './judgement.ts';
import { adultFromMonths } from './patient.ts';
import type { ClinicalRelease } from './release.ts';
import { dosesOf } from './rule-index.ts';
import { totalOf } from './total.ts';
import type { CodedLine, Use } from './uses.ts';

/**
 * Every ingredient's daily amount over all lines against the highest the rules allow for this patient, and each line's
 * dose against its range.
 */
export function findDoses(
  uses: readonly Use[],
  patient: PatientFactors,
  release: ClinicalRelease,
): Judgement & { readonly judged: readonly string[] } {
  const prescribed = sorted(uses.filter((use) => use.line).map((use) => use.ingredient));
  const each = prescribed.map((ingredient) => judge(ingredient, uses, patient, dosesOf(ingredient, release)));
  return {
    findings: each.flatMap(({ findings }) => findings),
    gaps: [...aboutPatient(prescribed, patient), ...each.flatMap(({ gaps }) => gaps)],
    judged: prescribed.filter((_, index) => each[index]!.judged),
  };
}

/** Without age, and for a child without weight, no dose can be called right, whatever rules exist. */
function aboutPatient(prescribed: readonly string[], { ageMonths, weightGrams }: PatientFactors): Gap[] {
  if (prescribed.length === 0) return [];
  if (ageMonths === null) return [gap('dose', null, 'missing_age')];
  return ageMonths < adultFromMonths && weightGrams === null ? [gap('dose', null, 'missing_weight')] : [];
}

function judge(
  ingredient: string,
  uses: readonly Use[],
  patient: PatientFactors,
  ownRules: readonly DoseRule[],
): Judgement & { readonly judged: boolean } {
  const findings = [];
  const gaps: Gap[] = [];
  let judged = false;
  const others = new Set(uses.map((use) => use.ingredient));
  for (const rules of byRoute(ownRules)) {
    const unit = unitOf(rules[0]!.maxPerDay.unit)!;
    const counts = (line: CodedLine) => isByRoute(line, rules[0]!.routes);
    const total = totalOf(uses, ingredient, unit, counts);
    const lines = [...total.lines, ...total.unknown.flatMap(({ line }) => line ?? [])];
    if (lines.length === 0) continue;
    judged = true;
    // What the patient already takes has no dose on record here: the duplicate check speaks of it.
    for (const { line, reason } of total.unknown) if (line) gaps.push(gap('dose', line.lineId, reason));
    const fits = fitting(rules, patient);
    const limit = limitFor('maxPerDay', fits, patient, others);
    if (!limit) for (const line of lines) gaps.push(gap('dose', line.lineId, 'no_dose_rule_for_patient'));
    else if (limit.most && isMore(total.known, limit.most))
      findings.push(finding('dose', { id: limit.ruleId, severity: 'major' }, total.lines, [ingredient]));
    else if (!limit.least || isMore(total.known, limit.least))
      for (const line of total.lines)
        gaps.push(...limit.reasons.map((reason) => gap('dose', line.lineId, reason)));
    const each = checkRanges(total.amounts, fits, { ingredient, patient, others });
    findings.push(...each.findings);
    gaps.push(...each.gaps);
  }
  return { findings, gaps, judged };
}

/** Rules with the same routes belong together: they differ in whom they are for. */
function byRoute(rules: readonly DoseRule[]): DoseRule[][] {
  return [
    ...Map.groupBy(rules, ({ routes, maxPerDay }) => JSON.stringify([routes, maxPerDay.unit])).values(),
  ];
}

/** A line that does not say how it is given may be given that way. */
const isByRoute = (line: CodedLine, routes: readonly string[]): boolean =>
  routes.length === 0 || line.routes.length === 0 || line.routes.some((route) => routes.includes(route));
