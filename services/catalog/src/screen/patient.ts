import type { PatientFactors } from '@carethread/contracts/screening.ts';
import type { ContraindicationRule } from '../rules/rule.ts';
import type { Known } from './judgement.ts';

/** Ages between which a pregnancy is possible; wider than the usual 15 to 49, since a missed one costs more. */
const childBearingMonths = { from: 10 * 12, to: 56 * 12 };
export const adultFromMonths = 18 * 12;

const mayBePregnant = ({ sex, ageMonths }: PatientFactors): boolean =>
  sex !== 'male' &&
  (ageMonths === null || (ageMonths >= childBearingMonths.from && ageMonths < childBearingMonths.to));

/** Whether the patient is as a contraindication says, and the fact that makes it so. */
export function meets(
  patient: PatientFactors,
  { criterion }: ContraindicationRule,
): { is: Known; facts: readonly string[] } {
  if ('pregnancy' in criterion) {
    const { pregnancy } = patient;
    if (pregnancy === 'none') return { is: false, facts: [] };
    if (pregnancy === 'unknown') return { is: mayBePregnant(patient) && 'unknown_pregnancy', facts: [] };
    return { is: criterion.pregnancy.includes(pregnancy), facts: [`pregnancy:${pregnancy}`] };
  }
  if ('lactating' in criterion) {
    if (patient.lactating === null) return { is: mayBePregnant(patient) && 'unknown_lactation', facts: [] };
    return { is: patient.lactating, facts: ['lactating'] };
  }
  if ('ageMonths' in criterion)
    return { is: within(patient.ageMonths, criterion.ageMonths, 'missing_age'), facts: ['age'] };
  if ('conditions' in criterion) {
    const present = criterion.conditions.filter((code) => patient.conditions.includes(code));
    return { is: present.length > 0, facts: present.map((code) => `condition:${code}`) };
  }
  if ('creatinineClearance' in criterion)
    return { is: clearanceBelow(patient, criterion), facts: ['creatinine-clearance'] };
  if (patient.liverImpairment === 'unknown') return { is: 'unknown_liver_function', facts: [] };
  return {
    is: criterion.liver.some((grade) => grade === patient.liverImpairment),
    facts: [`liver:${patient.liverImpairment}`],
  };
}

export const clearanceBelow = (
  { creatinineClearance }: PatientFactors,
  criterion: { readonly creatinineClearance: { readonly below: number } },
): Known =>
  creatinineClearance === null
    ? 'missing_creatinine_clearance'
    : creatinineClearance < criterion.creatinineClearance.below;

/** Whether a number lies in a half-open range. */
export function within<Unknown extends Exclude<Known, boolean>>(
  value: number | null,
  {
    from = -Infinity,
    below = Infinity,
  }: { readonly from?: number | undefined; readonly below?: number | undefined },
  unknown: Unknown,
): boolean | Unknown {
  if (from === -Infinity && below === Infinity) return true;
  return value === null ? unknown : value >= from && value < below;
}
