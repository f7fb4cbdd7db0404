import type { PatientFactors } from '@carethread/contracts/screening.ts';
import { gap, type Gap } from './gap.ts';
import { finding, type Judgement } from './judgement.ts';
import { meets } from './patient.ts';
import type { ClinicalRelease } from './release.ts';
import { contraindicationsOf } from './rule-index.ts';
import type { Use } from './uses.ts';

/** Prescribed ingredients against the patient: pregnancy, breastfeeding, age, conditions, kidneys, liver. */
export function findContraindications(
  uses: readonly Use[],
  patient: PatientFactors,
  release: ClinicalRelease,
): Judgement {
  const findings = [];
  const gaps: Gap[] = patient.conditions
    .filter((code) => !release.conditions.has(code))
    .map(() => gap('contraindication', null, 'unknown_condition_code'));
  for (const { ingredient, line, local } of uses) {
    if (!line) continue;
    for (const rule of contraindicationsOf(ingredient, release)) {
      if (local && rule.exposure === 'systemic') continue;
      const { is, facts } = meets(patient, rule);
      if (is === true) findings.push(finding('contraindication', rule, [line], [ingredient, ...facts]));
      else if (is !== false) gaps.push(gap('contraindication', line.lineId, is));
    }
  }
  return { findings, gaps };
}
