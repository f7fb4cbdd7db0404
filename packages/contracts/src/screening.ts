import { z } from 'zod';

/**
 * What a clinical check needs to know, in codes only. Prescriptions builds it, catalog judges it, and both
 * store it, so that a verdict can be reproduced. Terms follow FHIR R4 (MedicationRequest, AllergyIntolerance, Condition).
 */
export const doseSchema = z.object({
  /** Amount per administration, as a decimal string, in `unit`. */
  amount: z.string(),
  /** UCUM-style unit: mg, mcg, g, mL, unit … */
  unit: z.string(),
  /** Administrations per day. */
  perDay: z.number().positive(),
});

export const screeningLineSchema = z.object({
  lineId: z.string(),
  /** Catalog product; null when the line was typed by hand and has no code. */
  productId: z.string().nullable(),
  /** Ingredient codes the line carries (catalog slugs such as `warfarin`), when it names them itself. */
  ingredients: z.array(z.string()),
  route: z.string().nullable(),
  dose: doseSchema.nullable(),
  durationDays: z.int().nullable(),
});

export const patientFactorsSchema = z.object({
  ageMonths: z.int().nullable(),
  sex: z.enum(['female', 'male', 'other', 'unknown']),
  weightGrams: z.int().nullable(),
  /** Absent in inputs from before it was asked for; then as null. */
  heightMillimetres: z.int().nullable().optional(),
  pregnancy: z.enum(['none', 'trimester1', 'trimester2', 'trimester3', 'unknown']),
  lactating: z.boolean().nullable(),
  /** Creatinine clearance in mL/min; null when not measured. */
  creatinineClearance: z.number().nullable(),
  liverImpairment: z.enum(['none', 'mild', 'moderate', 'severe', 'unknown']),
  /** Coded conditions (catalog condition codes). */
  conditions: z.array(z.string()),
  /** Coded allergies: `ingredient:amoxicillin` or `class:PENICILLIN`. */
  allergies: z.array(z.string()),
  /** How many allergies are on record as free text only; they cannot be checked. */
  uncodedAllergies: z.int(),
  /** Ingredient codes of medicines the patient already takes (other active prescriptions). */
  currentIngredients: z.array(z.string()),
});

export const screeningInputSchema = z.object({
  lines: z.array(screeningLineSchema),
  patient: patientFactorsSchema,
});
export type ScreeningLine = z.infer<typeof screeningLineSchema>;
export type PatientFactors = z.infer<typeof patientFactorsSchema>;
export type ScreeningInput = z.infer<typeof screeningInputSchema>;

export const severities = ['contraindicated', 'major', 'moderate', 'info'] as const;
export const findingKinds = ['interaction', 'allergy', 'contraindication', 'duplicate', 'dose'] as const;

export const findingSchema = z.object({
  /** Stable key of the finding for the same content: rule and lines involved. Overrides refer to it. */
  key: z.string(),
  kind: z.enum(findingKinds),
  severity: z.enum(severities),
  ruleId: z.string(),
  /** Lines involved; one for a finding against the patient. */
  lineIds: z.array(z.string()),
  /** Ingredients or facts on both sides, as codes. */
  subjects: z.array(z.string()),
});
export type Finding = z.infer<typeof findingSchema>;

export const verdictStatuses = ['clear', 'findings', 'incomplete'] as const;
export type VerdictStatus = (typeof verdictStatuses)[number];

export const verdictSchema = z.object({
  status: z.enum(verdictStatuses),
  releaseId: z.string(),
  /** Number of the engine that judged; absent in verdicts from before engines had numbers. */
  engine: z.int().optional(),
  /** SHA-256 of the canonical input. */
  inputHash: z.string(),
  findings: z.array(findingSchema),
  /** What was checked, such as `interaction`, `allergy`. */
  checked: z.array(z.string()),
  /** What could not be, each with the line it concerns or null and a coded reason such as `uncoded_drug`. */
  notChecked: z.array(z.object({ check: z.string(), lineId: z.string().nullable(), reason: z.string() })),
});
export type Verdict = z.infer<typeof verdictSchema>;

/** The key under which something that could not be checked is answered; findings bring their own. */
export const notCheckedKey = (gap: { check: string; lineId: string | null; reason: string }): string =>
  `notChecked:${gap.check}:${gap.lineId ?? 'patient'}:${gap.reason}`;

/** How much of a prescription a verdict speaks of. */
export interface Coverage {
  readonly drugs: number;
  /** Of those, the ones the catalog knows and has rules about. */
  readonly covered: number;
  /** Ingredients whose dose was held against a rule. */
  readonly dosesJudged: number;
}

/** What a verdict about these lines covers: "3 of 4 drugs". Nothing when no check ran at all. */
export function coverageOf(
  lineIds: readonly string[],
  { checked, notChecked }: Pick<Verdict, 'checked' | 'notChecked'>,
): Coverage {
  const left = new Set(notChecked.flatMap(({ check, lineId }) => (check === 'all' ? (lineId ?? []) : [])));
  return {
    drugs: lineIds.length,
    covered: checked.length === 0 ? 0 : lineIds.filter((id) => !left.has(id)).length,
    dosesJudged: checked.filter((check) => check.startsWith('dose:')).length,
  };
}
