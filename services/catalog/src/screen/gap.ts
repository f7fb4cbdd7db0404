import type { Verdict } from '@carethread/contracts/screening.ts';

/** Why something could not be checked, with the sentence a person reads. */
export const gapReasons = {
  catalog_not_ready: 'The catalog has no release yet, so nothing was checked.',
  uncoded_drug: 'This line has no code, so nothing about it was checked.',
  unknown_product: 'The catalog does not have this product.',
  unknown_ingredient: 'The catalog does not have this ingredient.',
  ingredient_not_reviewed:
    'This ingredient came with an imported product list; no rules were written for it yet.',
  product_without_ingredients: 'The catalog does not say what this product contains.',
  free_text_allergy: 'An allergy is on record as free text only.',
  unknown_allergy_code: 'An allergy has a code the catalog does not have.',
  unknown_condition_code: 'A condition has a code the catalog does not have.',
  unknown_pregnancy: 'Whether the patient is pregnant is not on record, and it matters here.',
  unknown_lactation: 'Whether the patient is breastfeeding is not on record, and it matters here.',
  unknown_liver_function: 'The liver function is not on record, and it matters here.',
  missing_age: 'The age is not on record.',
  missing_weight: 'The weight is not on record.',
  missing_height: 'The height is not on record, and the dose goes by body surface.',
  missing_creatinine_clearance: 'The kidney function is not on record, and it matters here.',
  missing_dose: 'The line has no dose that can be counted.',
  unit_not_convertible: 'The dose is in a unit that cannot be converted with what the catalog knows.',
  no_dose_rule_for_patient: 'There is a dose rule for this ingredient, but none for this age or weight.',
} as const;
export type GapReason = keyof typeof gapReasons;

export type Gap = Verdict['notChecked'][number] & { readonly reason: GapReason };

/** `check` is a finding kind, or `all` when nothing about the line could be checked. */
export const gap = (check: Gap['check'], lineId: string | null, reason: GapReason): Gap => ({
  check,
  lineId,
  reason,
});

export const isGapReason = (text: string): text is GapReason => Object.hasOwn(gapReasons, text);
