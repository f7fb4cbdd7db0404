import type { PatientFactors } from '@carethread/contracts/screening.ts';
import { type LocalDate, monthsBetween } from './calendar.ts';

export const sexes = ['female', 'male', 'other', 'unknown'] as const;
export const pregnancies = ['none', 'trimester1', 'trimester2', 'trimester3', 'unknown'] as const;
export const liverImpairments = ['none', 'mild', 'moderate', 'severe', 'unknown'] as const;

/** What is known about a patient, as far as a medicine may care. */
export interface PatientFacts {
  /** Grows with every change. A verdict that was reached on an older version is out of date. */
  version: number;
  birthDate: LocalDate | null;
  sex: (typeof sexes)[number];
  weightGrams: number | null;
  heightMillimetres: number | null;
  pregnancy: (typeof pregnancies)[number];
  lactating: boolean | null;
  /** mL/min. */
  creatinineClearance: number | null;
  liverImpairment: (typeof liverImpairments)[number];
  conditions: string[];
  /** `ingredient:amoxicillin` or `class:PENICILLIN`. */
  allergies: string[];
  /** Allergies on record as free text only. */
  uncodedAllergies: number;
  /** Ingredients of the patient's other medicines now. */
  currentIngredients: string[];
}

/** Of a patient nobody has said anything about: unknown is not the same as none. */
export const nothingKnown: PatientFacts = {
  version: 0,
  birthDate: null,
  sex: 'unknown',
  weightGrams: null,
  heightMillimetres: null,
  pregnancy: 'unknown',
  lactating: null,
  creatinineClearance: null,
  liverImpairment: 'unknown',
  conditions: [],
  allergies: [],
  uncodedAllergies: 0,
  currentIngredients: [],
};

/** The facts as a screening wants them on this day: an age instead of a birth date, codes in a fixed order. */
export function patientFactors(facts: PatientFacts, today: LocalDate): PatientFactors {
  const { version: _, birthDate, conditions, allergies, currentIngredients, ...rest } = facts;
  return {
    ...rest,
    ageMonths: birthDate === null ? null : monthsBetween(birthDate, today),
    conditions: conditions.toSorted(),
    allergies: allergies.toSorted(),
    currentIngredients: [...new Set(currentIngredients)].toSorted(),
  };
}
