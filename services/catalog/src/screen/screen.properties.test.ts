import { expect, it } from '@jest/globals';
import type { PatientFactors, ScreeningInput, ScreeningLine } from '@carethread/contracts/screening.ts';
import fc from 'fast-check';
import { shippedRelease } from '../../test/shipped-release.ts';
import { canonicalJson } from './canonical.ts';
import { screen } from './screen.ts';

// Those that rules name, so that findings are common and not the exception.
const ingredients = [
  ...new Set(shippedRelease.rules.interactions.flatMap(({ a, b }) => [a, b]).flatMap(membersOf)),
  'amoxicillin',
  'ibuprofen',
];
function membersOf(subject: string): string[] {
  if (subject.startsWith('ingredient:')) return [subject.slice(11)];
  return [...shippedRelease.ingredients]
    .filter(([, each]) => each.classes.has(subject.slice(6)))
    .map(([code]) => code);
}
const products = [...shippedRelease.products.keys()].slice(0, 400);

const dose = fc.record({
  amount: fc.integer({ min: 1, max: 20_000 }).map((tenths) => String(tenths / 10)),
  unit: fc.constantFrom('mg', 'g', 'mcg', 'mL', 'tablet', 'unit'),
  perDay: fc.integer({ min: 1, max: 6 }),
});
const lineWith = (lineId: string): fc.Arbitrary<ScreeningLine> =>
  fc.record({
    lineId: fc.constant(lineId),
    productId: fc.option(fc.constantFrom(...products), { freq: 2 }),
    ingredients: fc.uniqueArray(fc.constantFrom(...ingredients), { maxLength: 2 }),
    route: fc.option(fc.constantFrom('oral', 'intravenous', 'cutaneous')),
    dose: fc.option(dose, { freq: 8 }),
    durationDays: fc.constant(null),
  });
const patient: fc.Arbitrary<PatientFactors> = fc.record({
  ageMonths: fc.option(fc.integer({ min: 0, max: 1_200 }), { freq: 8 }),
  sex: fc.constantFrom('female', 'male', 'other', 'unknown'),
  weightGrams: fc.option(fc.integer({ min: 2_000, max: 150_000 })),
  pregnancy: fc.constantFrom('none', 'trimester1', 'trimester2', 'trimester3', 'unknown'),
  lactating: fc.option(fc.boolean()),
  creatinineClearance: fc.option(fc.integer({ min: 5, max: 140 })),
  liverImpairment: fc.constantFrom('none', 'mild', 'moderate', 'severe', 'unknown'),
  conditions: fc.uniqueArray(fc.constantFrom(...shippedRelease.conditions), { maxLength: 3 }),
  allergies: fc.uniqueArray(
    fc.constantFrom('class:PENICILLIN', 'class:NSAID_OR_ASPIRIN', 'ingredient:warfarin', 'food:shellfish'),
    { maxLength: 2 },
  ),
  uncodedAllergies: fc.constantFrom(0, 0, 0, 1),
  currentIngredients: fc.uniqueArray(fc.constantFrom(...ingredients), { maxLength: 3 }),
});
const lines = fc
  .integer({ min: 0, max: 5 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => lineWith(`line-${index}`))));
const input: fc.Arbitrary<ScreeningInput> = fc.record({ lines, patient });

it('gives the same bytes whatever the order of lines and lists', () => {
  fc.assert(
    fc.property(input, (given) => {
      const turned = {
        lines: given.lines
          .map((each) => ({ ...each, ingredients: each.ingredients.toReversed() }))
          .toReversed(),
        patient: {
          ...given.patient,
          conditions: given.patient.conditions.toReversed(),
          allergies: given.patient.allergies.toReversed(),
          currentIngredients: given.patient.currentIngredients.toReversed(),
        },
      };
      expect(canonicalJson(screen(turned, shippedRelease))).toBe(
        canonicalJson(screen(given, shippedRelease)),
      );
    }),
  );
});

it('finds the same between two medicines whichever is in which line', () => {
  const one = fc.constantFrom(...ingredients);
  fc.assert(
    fc.property(one, one, patient, (a, b, who) => {
      const plain = (lineId: string, ingredient: string): ScreeningLine => ({
        lineId,
        productId: null,
        ingredients: [ingredient],
        route: 'oral',
        dose: null,
        durationDays: null,
      });
      const between = (first: string, second: string) =>
        screen({ lines: [plain('x', first), plain('y', second)], patient: who }, shippedRelease)
          .findings.filter(({ lineIds }) => lineIds.length === 2)
          .map(({ key }) => key);
      expect(between(b, a)).toEqual(between(a, b));
    }),
  );
});

it('never takes back a finding because a line was added', () => {
  fc.assert(
    fc.property(input, lineWith('added'), (given, added) => {
      const before = screen(given, shippedRelease).findings;
      const after = screen({ ...given, lines: [...given.lines, added] }, shippedRelease).findings;
      for (const each of before) {
        // A dose finding grows with the line; its rule stays.
        const kept = after.some(
          ({ key, kind, subjects, lineIds }) =>
            key === each.key ||
            (kind === 'dose' &&
              canonicalJson(subjects) === canonicalJson(each.subjects) &&
              each.lineIds.every((id) => lineIds.includes(id))),
        );
        expect({ key: each.key, kept }).toEqual({ key: each.key, kept: true });
      }
    }),
  );
});

it('is never clear when something is unknown (R-04)', () => {
  fc.assert(
    fc.property(input, (given) => {
      const { status, notChecked } = screen(given, shippedRelease);
      const { lines: all, patient: who } = given;
      const uncoded = all.some((each) => each.productId === null && each.ingredients.length === 0);
      if (
        uncoded ||
        who.uncodedAllergies > 0 ||
        (all.length > 0 && hasIngredient(given) && who.ageMonths === null)
      )
        expect(status).toBe('incomplete');
      expect(status === 'incomplete').toBe(notChecked.length > 0);
    }),
  );
});
const hasIngredient = ({ lines: all }: ScreeningInput) =>
  all.some((each) => each.productId !== null || each.ingredients.length > 0);

it('finds as much or says "incomplete" when a fact about the patient is not known', () => {
  const facts = ['ageMonths', 'weightGrams', 'creatinineClearance'] as const;
  fc.assert(
    fc.property(input, fc.constantFrom(...facts), (given, fact) => {
      const full = screen(given, shippedRelease);
      const less = screen({ ...given, patient: { ...given.patient, [fact]: null } }, shippedRelease);
      const lost = full.findings.filter(({ key }) => !less.findings.some((each) => each.key === key));
      if (lost.length > 0) expect(less.status).toBe('incomplete');
    }),
  );
});
