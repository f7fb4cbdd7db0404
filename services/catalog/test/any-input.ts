import type { PatientFactors, ScreeningInput, ScreeningLine } from '@carethread/contracts/screening.ts';
import fc from 'fast-check';
import type { ClinicalRelease } from '../src/screen/release.ts';

/** Those that interactions name, so that findings are common and not the exception. */
export const namedIngredients = (release: ClinicalRelease): string[] => [
  ...new Set([
    ...release.rules.interactions.flatMap(({ a, b }) => [a, b]).flatMap((each) => membersOf(release, each)),
    ...release.rules.doses.slice(0, 40).map(({ ingredient }) => ingredient),
  ]),
];

function membersOf({ ingredients }: ClinicalRelease, subject: string): string[] {
  if (subject.startsWith('ingredient:')) return [subject.slice(11)];
  return [...ingredients].filter(([, each]) => each.classes.has(subject.slice(6))).map(([code]) => code);
}

const dose = fc.record({
  amount: fc.integer({ min: 1, max: 20_000 }).map((tenths) => String(tenths / 10)),
  unit: fc.constantFrom('mg', 'g', 'mcg', 'mL', 'tablet', 'unit', 'patch', 'mcg/h', 'drops'),
  perDay: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constantFrom(1 / 7, 1 / 3)),
});

/** Any line of that name. */
export function anyLine(release: ClinicalRelease, lineId: string): fc.Arbitrary<ScreeningLine> {
  const products = [...release.products.keys()].slice(0, 400);
  return fc.record({
    lineId: fc.constant(lineId),
    productId: fc.option(fc.constantFrom(...products), { freq: 2 }),
    ingredients: fc.uniqueArray(fc.constantFrom(...namedIngredients(release)), { maxLength: 2 }),
    route: fc.option(fc.constantFrom('oral', 'intravenous', 'cutaneous', 'by mouth')),
    dose: fc.option(dose, { freq: 8 }),
    durationDays: fc.constant(null),
  });
}

/** Anybody; most is on record. */
export const anyPatient = (release: ClinicalRelease): fc.Arbitrary<PatientFactors> =>
  fc.record({
    ageMonths: fc.option(fc.integer({ min: 0, max: 1_200 }), { freq: 8 }),
    sex: fc.constantFrom('female', 'male', 'other', 'unknown'),
    weightGrams: fc.option(fc.integer({ min: 2_000, max: 150_000 })),
    heightMillimetres: fc.option(fc.integer({ min: 400, max: 2_100 })),
    pregnancy: fc.constantFrom('none', 'trimester1', 'trimester2', 'trimester3', 'unknown'),
    lactating: fc.option(fc.boolean()),
    creatinineClearance: fc.option(fc.integer({ min: 5, max: 140 })),
    liverImpairment: fc.constantFrom('none', 'mild', 'moderate', 'severe', 'unknown'),
    conditions: fc.uniqueArray(fc.constantFrom(...release.conditions), { maxLength: 3 }),
    allergies: fc.uniqueArray(
      fc.constantFrom(
        ...Array.from(release.classes, (code) => `class:${code}`),
        ...release.otherAllergens,
        'ingredient:warfarin',
      ),
      { maxLength: 2 },
    ),
    uncodedAllergies: fc.constantFrom(0, 0, 0, 1),
    currentIngredients: fc.uniqueArray(fc.constantFrom(...namedIngredients(release)), { maxLength: 3 }),
  });

/** Any prescription of up to five lines for anybody. */
export const anyInput = (release: ClinicalRelease): fc.Arbitrary<ScreeningInput> =>
  fc.record({
    lines: fc
      .integer({ min: 0, max: 5 })
      .chain((count) =>
        fc.tuple(...Array.from({ length: count }, (_, index) => anyLine(release, `line-${index}`))),
      ),
    patient: anyPatient(release),
  });

/** One coded line in a small dose for somebody healthy, of any age and size: nearly always clear. */
export const quietInput = (release: ClinicalRelease): fc.Arbitrary<ScreeningInput> =>
  fc
    .record({
      ingredient: fc.constantFrom(...namedIngredients(release)),
      amount: fc.constantFrom('0.01', '5', '100', '300'),
      perDay: fc.constantFrom(1 / 7, 1, 2),
      route: fc.constantFrom('oral', 'cutaneous'),
      patient: anyPatient(release),
    })
    .map(({ ingredient, amount, perDay, route, patient }) => ({
      lines: [
        {
          lineId: 'quiet',
          productId: null,
          ingredients: [ingredient],
          route,
          dose: { amount, unit: 'mg', perDay },
          durationDays: null,
        },
      ],
      patient: {
        ...patient,
        ageMonths: patient.ageMonths ?? 480,
        weightGrams: patient.weightGrams ?? 70_000,
        heightMillimetres: patient.heightMillimetres ?? 1_700,
        pregnancy: 'none',
        lactating: false,
        creatinineClearance: 100,
        liverImpairment: 'none',
        conditions: [],
        allergies: [],
        uncodedAllergies: 0,
        currentIngredients: [],
      },
    }));
