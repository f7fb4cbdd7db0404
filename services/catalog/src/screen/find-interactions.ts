import type { PatientFactors } from '@carethread/contracts/screening.ts';
import { exact, isMore } from '../amount/exact.ts';
import { unitOf } from '../amount/unit.ts';
import type { InteractionRule } from '../rules/rule.ts';
import { gap, type Gap } from './gap.ts';
import { finding, type Judgement, type Known } from './judgement.ts';
import { isSubject, type ClinicalRelease } from './release.ts';
import { interactionsOf } from './rule-index.ts';
import { totalOf } from './total.ts';
import type { Use } from './uses.ts';

/** Pairs of ingredients that should not meet, whichever line stands first; also with what the patient already takes. */
export function findInteractions(
  uses: readonly Use[],
  patient: PatientFactors,
  release: ClinicalRelease,
): Judgement {
  const findings = [];
  const gaps: Gap[] = [];
  for (const [a, b] of pairs(uses)) {
    for (const rule of interactionsOf(a.ingredient, release)) {
      if (rule.exposure === 'systemic' && (a.local || b.local)) continue;
      if (!concerns(rule, a, b, release)) continue;
      const holds = whenHolds(rule, uses, patient);
      if (holds === true)
        findings.push(finding('interaction', rule, [a.line, b.line], [a.ingredient, b.ingredient]));
      else if (holds !== false) gaps.push(gap('interaction', (a.line ?? b.line)?.lineId ?? null, holds));
    }
  }
  return { findings, gaps };
}

function concerns(rule: InteractionRule, a: Use, b: Use, release: ClinicalRelease): boolean {
  const is = (subject: string, use: Use) => isSubject(release, subject, use.ingredient);
  return (is(rule.a, a) && is(rule.b, b)) || (is(rule.a, b) && is(rule.b, a));
}

/** Two different ingredients, not both already taken, and not of one ready-made product: that mixture is meant. */
function pairs(uses: readonly Use[]): [Use, Use][] {
  return uses.flatMap((a, index) =>
    uses
      .slice(index + 1)
      .filter((b) => a.ingredient !== b.ingredient && (a.line || b.line))
      .filter((b) => a.line !== b.line || !a.line?.product)
      .map((b): [Use, Use] => [a, b]),
  );
}

function whenHolds({ when }: InteractionRule, uses: readonly Use[], patient: PatientFactors): Known {
  if (when?.conditions && !when.conditions.some((code) => patient.conditions.includes(code))) return false;
  if (!when?.dailyDoseAbove) return true;
  const { ingredient, amount, unit } = when.dailyDoseAbove;
  const { known, unknown } = totalOf(uses, ingredient, unitOf(unit)!);
  return isMore(known, exact(amount)!) || (unknown[0]?.reason ?? false);
}
