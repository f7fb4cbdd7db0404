import { describe, expect, it } from '@jest/globals';
import type { PatientFactors, ScreeningInput, ScreeningLine } from '@carethread/contracts/screening.ts';
import fc from 'fast-check';
import { anyInput, anyLine, anyPatient, namedIngredients, quietInput } from '../../test/any-input.ts';
import { fixedRelease } from '../../test/fixed-release.ts';
import { shippedRelease } from '../../test/shipped-release.ts';
import { canonicalJson } from './canonical.ts';
import type { ClinicalRelease } from './release.ts';
import { screen } from './screen.ts';

/** Facts that may not be on record, how that is said, and what they may be. */
const unknowns = {
  weightGrams: { unknown: null, values: fc.integer({ min: 2_000, max: 150_000 }) },
  heightMillimetres: { unknown: null, values: fc.integer({ min: 400, max: 2_100 }) },
  pregnancy: {
    unknown: 'unknown',
    values: fc.constantFrom('none', 'trimester1', 'trimester2', 'trimester3'),
  },
  lactating: { unknown: null, values: fc.boolean() },
  creatinineClearance: { unknown: null, values: fc.integer({ min: 5, max: 140 }) },
  liverImpairment: { unknown: 'unknown', values: fc.constantFrom('none', 'mild', 'moderate', 'severe') },
  sex: { unknown: 'unknown', values: fc.constantFrom('female', 'male') },
} as const satisfies Partial<
  Record<keyof PatientFactors, { unknown: unknown; values: fc.Arbitrary<unknown> }>
>;

describe.each([
  ['the shipped rules', shippedRelease],
  ['rules of every form', fixedRelease],
])('with %s', (_, release) => {
  const input = anyInput(release);

  it('the same bytes come out whatever the order of lines and lists', () => {
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
        expect(canonicalJson(screen(turned, release))).toBe(canonicalJson(screen(given, release)));
      }),
    );
  });

  it('the same bytes come out after the input was stored, whatever was judged in between', () => {
    fc.assert(
      fc.property(input, input, (given, other) => {
        const before = canonicalJson(screen(given, release));
        screen(other, release);
        const stored = JSON.parse(JSON.stringify(given)) as ScreeningInput;
        expect(canonicalJson(screen(stored, release))).toBe(before);
      }),
    );
  });

  it('the same is found between two medicines whichever is in which line', () => {
    const one = fc.constantFrom(...namedIngredients(release));
    fc.assert(
      fc.property(one, one, anyPatient(release), (a, b, who) => {
        const plain = (lineId: string, ingredient: string): ScreeningLine => ({
          lineId,
          productId: null,
          ingredients: [ingredient],
          route: 'oral',
          dose: null,
          durationDays: null,
        });
        const between = (first: string, second: string) =>
          screen({ lines: [plain('x', first), plain('y', second)], patient: who }, release)
            .findings.filter(({ lineIds }) => lineIds.length === 2)
            .map(({ key }) => key);
        expect(between(b, a)).toEqual(between(a, b));
        // Nor whether one of them is taken already.
        const taken = (line: string, already: string) =>
          screen({ lines: [plain('x', line)], patient: { ...who, currentIngredients: [already] } }, release)
            .findings.filter(({ kind }) => kind === 'interaction' || kind === 'duplicate')
            .map(({ ruleId }) => ruleId);
        const rules = screen(
          { lines: [plain('x', a), plain('y', b)], patient: { ...who, currentIngredients: [] } },
          release,
        )
          .findings.filter(
            ({ kind, lineIds }) => (kind === 'interaction' || kind === 'duplicate') && lineIds.length === 2,
          )
          .map(({ ruleId }) => ruleId);
        expect(taken(a, b)).toEqual(taken(b, a));
        expect(taken(a, b)).toEqual(rules);
      }),
    );
  });

  it('a line that is added takes back no finding about the others', () => {
    fc.assert(
      fc.property(input, anyLine(release, 'added'), (given, added) => {
        const before = screen(given, release).findings;
        const after = screen({ ...given, lines: [...given.lines, added] }, release).findings;
        for (const each of before) {
          // That of a daily maximum grows with the line; its rule stays.
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

  it('R-04 nothing is clear that has an uncoded drug, a free-text allergy or no age', () => {
    fc.assert(
      fc.property(input, ({ lines, patient }) => {
        const { status, notChecked } = screen({ lines, patient }, release);
        const coded = lines.filter((each) => each.productId !== null || each.ingredients.length > 0);
        const isUnknown =
          coded.length < lines.length ||
          patient.uncodedAllergies > 0 ||
          (coded.some(({ productId }) => productId !== 'empty') && patient.ageMonths === null);
        if (isUnknown) expect(status).toBe('incomplete');
        expect(status === 'incomplete').toBe(notChecked.length > 0);
      }),
    );
  });

  describe('R-04 what is not on record makes it incomplete, or makes no difference:', () => {
    const quiet = quietInput(release);

    it.each(Object.keys(unknowns) as (keyof typeof unknowns)[])('%s', (field) => {
      const { unknown, values } = unknowns[field];
      fc.assert(
        fc.property(quiet, values as fc.Arbitrary<unknown>, (given, value) => {
          // Whoever cannot be pregnant is not asked.
          const who =
            field === 'pregnancy' || field === 'lactating'
              ? ({ sex: 'female', ageMonths: 360 } as const)
              : {};
          const of = { ...given, patient: { ...given.patient, ...who } };
          fc.pre(screen(withFact(of, field, unknown), release).status === 'clear');
          expect(serious(withFact(of, field, value), release)).toEqual([]);
        }),
        { numRuns: 200 },
      );
    });

    it.each([{ dose: null }, { route: null }, { route: 'by mouth' }])('%j', (unknown) => {
      fc.assert(
        fc.property(quiet, anyLine(release, 'known'), (given, { productId, ...rest }) => {
          // A product says how it is given when the line does not.
          const known = { ...rest, productId: unknown.route === null ? null : productId };
          const lines = (more: object) => ({ ...given, lines: [...given.lines, { ...known, ...more }] });
          fc.pre(screen(lines(unknown), release).status === 'clear');
          expect(serious(lines({}), release)).toEqual([]);
        }),
        { numRuns: 50 },
      );
    });
  });
});

const withFact = (given: ScreeningInput, fact: keyof PatientFactors, value: unknown): ScreeningInput => ({
  ...given,
  patient: { ...given.patient, [fact]: value },
});

/** What would need an answer if everything were known. */
function serious(given: ScreeningInput, release: ClinicalRelease): string[] {
  return screen(given, release)
    .findings.filter(({ severity }) => severity !== 'info')
    .map(({ key }) => key);
}
