import type { PatientFactors, ScreeningInput, ScreeningLine } from '@carethread/contracts/screening.ts';

/** A grown man about whom everything is known and nothing is wrong. */
export const healthyMan: PatientFactors = {
  ageMonths: 40 * 12,
  sex: 'male',
  weightGrams: 80_000,
  pregnancy: 'none',
  lactating: false,
  creatinineClearance: 100,
  liverImpairment: 'none',
  conditions: [],
  allergies: [],
  uncodedAllergies: 0,
  currentIngredients: [],
};

export const line = (lineId: string, ...ingredients: string[]): ScreeningLine => ({
  lineId,
  productId: null,
  ingredients,
  route: 'oral',
  dose: null,
  durationDays: null,
});

export const inputOf = (lines: ScreeningLine[], patient: Partial<PatientFactors> = {}): ScreeningInput => ({
  lines,
  patient: { ...healthyMan, ...patient },
});
