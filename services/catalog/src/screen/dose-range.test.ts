import { describe, expect, it } from '@jest/globals';
import type { PatientFactors, ScreeningLine } from '@carethread/contracts/screening.ts';
import { inputOf, line } from '../../test/screening-input.ts';
import { product, shippedRelease } from '../../test/shipped-release.ts';
import { doseRule, type DoseRule } from '../rules/rule.ts';
import { bodySurface } from './body-surface.ts';
import { screen } from './screen.ts';

const rule = (id: string, ingredient: string, more: object): DoseRule =>
  doseRule.parse({
    id: `dose-${id}`,
    ingredient,
    routes: [],
    population: { ageMonths: { from: 216 } },
    maxPerDay: { amount: '1000000', unit: 'mg' },
    text: 'A rule of this test',
    sources: [{ kind: 'house-rule', ref: 'test', checked: true }],
    ...more,
  });
const judgeBy =
  (...doses: DoseRule[]) =>
  (lines: ScreeningLine[], patient: Partial<PatientFactors> = {}) => {
    const release = { ...shippedRelease, rules: { ...shippedRelease.rules, doses } };
    const { findings, notChecked } = screen(inputOf(lines, patient), release);
    const doseFindings = findings.filter(({ kind }) => kind === 'dose');
    return {
      findings: doseFindings.map(({ lineIds, subjects, severity }) =>
        [
          lineIds.join('+'),
          (subjects.find((each) => each.startsWith('dose:')) ?? 'day').replace('dose:', ''),
          severity,
        ].join(' '),
      ),
      gaps: notChecked.map(({ lineId, reason }) => `${lineId ?? '*'} ${reason}`),
    };
  };
const take = (
  lineId: string,
  of: string | { product: string },
  amount: string,
  unit: string,
  perDay: number,
): ScreeningLine => ({
  ...line(lineId, ...(typeof of === 'string' ? [of] : [])),
  productId: typeof of === 'string' ? null : of.product,
  route: null,
  dose: { amount, unit, perDay },
});
const fine = { findings: [], gaps: [] };

describe('a dose at a time (C-05)', () => {
  const judge = judgeBy(
    rule('a', 'acetaminophen', { range: { minPerDose: { amount: '325' }, maxPerDose: { amount: '1000' } } }),
  );

  it('is neither above the highest nor below the lowest, exactly', () => {
    expect(judge([take('a', 'acetaminophen', '1', 'g', 1)])).toEqual(fine);
    expect(judge([take('a', 'acetaminophen', '1000.01', 'mg', 1)]).findings).toEqual([
      'a above-highest-at-a-time major',
    ]);
    expect(judge([take('a', 'acetaminophen', '325000', 'mcg', 1)])).toEqual(fine);
    expect(judge([take('a', 'acetaminophen', '324', 'mg', 4)]).findings).toEqual([
      'a below-lowest-at-a-time moderate',
    ]);
  });

  it('is looked at line by line: two lines need not be taken together', () => {
    expect(
      judge([take('a', 'acetaminophen', '1', 'g', 1), take('b', 'acetaminophen', '650', 'mg', 1)]),
    ).toEqual(fine);
  });

  it('cannot be told without a dose, or in drops of unknown size', () => {
    expect(judge([line('a', 'acetaminophen')]).gaps).toEqual(['a missing_dose']);
    expect(judge([take('a', 'acetaminophen', '20', 'drops', 3)]).gaps).toEqual(['a unit_not_convertible']);
  });

  it('may be lower in special cases', () => {
    const careful = judgeBy(
      rule('a', 'tramadol', {
        range: { maxPerDose: { amount: '100' } },
        adjustments: [{ when: { creatinineClearance: { below: 30 } }, amount: '200', maxPerDose: '50' }],
      }),
    );
    const tramadol = [take('a', 'tramadol', '100', 'mg', 2)];
    expect(careful(tramadol)).toEqual(fine);
    expect(careful(tramadol, { creatinineClearance: 20 }).findings).toEqual([
      'a above-highest-at-a-time major',
    ]);
    expect(careful(tramadol, { creatinineClearance: null }).gaps).toEqual(['a missing_creatinine_clearance']);
  });
});

describe('a dose in a day', () => {
  it('has a lowest, and a number of times', () => {
    const judge = judgeBy(
      rule('l', 'azithromycin', { range: { minPerDay: { amount: '250' }, maxTimesPerDay: 1 } }),
    );
    expect(judge([take('a', 'azithromycin', '250', 'mg', 1)])).toEqual(fine);
    expect(judge([take('a', 'azithromycin', '249', 'mg', 1)]).findings).toHaveLength(1);
    expect(judge([take('a', 'azithromycin', '250', 'mg', 2)]).findings).toHaveLength(1);
  });

  it('knows once a week', () => {
    const judge = judgeBy(rule('w', 'methotrexate', { range: { maxTimesPerDay: 1 / 7 } }));
    expect(judge([take('a', 'methotrexate', '15', 'mg', 1 / 7)])).toEqual(fine);
    expect(judge([take('a', 'methotrexate', '2.5', 'mg', 1)]).findings).toHaveLength(1);
  });

  it('stays too low whatever other line there is', () => {
    const judge = judgeBy(rule('l', 'azithromycin', { range: { minPerDay: { amount: '250' } } }));
    const low = take('a', 'azithromycin', '100', 'mg', 1);
    const { findings } = judge([low, take('b', 'azithromycin', '500', 'mg', 1)]);
    expect(findings).toEqual(judge([low]).findings);
  });
});

describe('by weight and body surface', () => {
  const child = { ageMonths: 8 * 12, weightGrams: 25_000 };
  const population = { ageMonths: { from: 3, below: 216 } };

  it('goes by the kilogram, also at a time', () => {
    const judge = judgeBy(
      rule('k', 'acetaminophen', {
        population,
        range: {
          minPerDose: { amount: '10', per: 'kg' },
          maxPerDose: { amount: '15', per: 'kg', cap: '1000' },
        },
      }),
    );
    expect(judge([take('a', 'acetaminophen', '375', 'mg', 4)], child)).toEqual(fine);
    expect(judge([take('a', 'acetaminophen', '376', 'mg', 4)], child).findings).toHaveLength(1);
    expect(judge([take('a', 'acetaminophen', '249', 'mg', 4)], child).findings).toHaveLength(1);
    const unknown = judge([take('a', 'acetaminophen', '300', 'mg', 4)], { ...child, weightGrams: null });
    expect(unknown).toEqual({ findings: [], gaps: ['a missing_weight', '* missing_weight'] });
    // The cap holds for a heavy one.
    const big = { ...child, weightGrams: 90_000 };
    expect(judge([take('a', 'acetaminophen', '1000', 'mg', 4)], big)).toEqual(fine);
    expect(judge([take('a', 'acetaminophen', '1001', 'mg', 4)], big).findings).toHaveLength(1);
    // More than anybody's.
    const heavy = judge([take('a', 'acetaminophen', '1.1', 'g', 2)], { ...child, weightGrams: null });
    expect(heavy.findings).toHaveLength(1);
  });

  it('goes by the square metre', () => {
    const judge = judgeBy(
      rule('m', 'methotrexate', {
        population: { ageMonths: {} },
        maxPerDay: { amount: '20', unit: 'mg', per: 'm2' },
      }),
    );
    const grown = { weightGrams: 70_000, heightMillimetres: 1_700 };
    expect(bodySurface(70_000, 1_700)).toEqual({ n: 181n, d: 100n });
    expect(judge([take('a', 'methotrexate', '36.2', 'mg', 1)], grown)).toEqual(fine);
    expect(judge([take('a', 'methotrexate', '36.3', 'mg', 1)], grown).findings).toHaveLength(1);
    expect(judge([take('a', 'methotrexate', '10', 'mg', 1)], { weightGrams: 70_000 }).gaps).toEqual([
      'a missing_height',
    ]);
    expect(judge([take('a', 'methotrexate', '10', 'mg', 1)], { ...grown, weightGrams: null }).gaps).toEqual([
      'a missing_weight',
    ]);
  });
});

describe('when it is not known which rule is the patient’s', () => {
  const judge = judgeBy(
    rule('child', 'cetirizine', {
      population: { ageMonths: { below: 216 } },
      range: { maxPerDose: { amount: '5' } },
    }),
    rule('grown', 'cetirizine', { population: { ageMonths: { from: 216 } } }),
  );

  it('says so where they differ', () => {
    const cetirizine = (amount: string) => [take('a', 'cetirizine', amount, 'mg', 1)];
    expect(judge(cetirizine('6'), { ageMonths: 300 })).toEqual(fine);
    expect(judge(cetirizine('6'), { ageMonths: 100 }).findings).toHaveLength(1);
    expect(judge(cetirizine('6'), { ageMonths: null }).gaps).toContain('a missing_age');
    expect(judge(cetirizine('5'), { ageMonths: null }).gaps).toEqual(['* missing_age']);
  });
});

describe('units', () => {
  const fentanyl = { product: product('fentanyl', 'patch', 'transdermal', '25 mcg/h') };
  const judge = judgeBy(rule('f', 'fentanyl', { maxPerDay: { amount: '600', unit: 'mcg' } }));

  it('read a patch through what it gives in an hour, however often it is changed', () => {
    expect(judge([take('a', fentanyl, '1', 'patch', 1 / 3)])).toEqual(fine);
    expect(judge([take('a', fentanyl, '1', 'patch', 1)])).toEqual(fine);
    expect(judge([take('a', fentanyl, '2', 'patches', 1 / 3)]).findings).toHaveLength(1);
    const worn = { product: product('methylphenidate', 'patch', 'transdermal', '10 mg/9 h') };
    const nine = judgeBy(rule('m', 'methylphenidate', { maxPerDay: { amount: '10', unit: 'mg' } }));
    expect(nine([take('a', worn, '1', 'patch', 1)])).toEqual(fine);
    const clonidine = { product: product('clonidine', 'patch', 'transdermal', '0.1 mg/24 h') };
    const weekly = judgeBy(
      rule('c', 'clonidine', {
        maxPerDay: { amount: '0.1', unit: 'mg' },
        range: { minPerDay: { amount: '0.1' } },
      }),
    );
    expect(weekly([take('a', clonidine, '1', 'patch', 1 / 7)])).toEqual(fine);
  });

  it('read so much an hour', () => {
    expect(judge([take('a', 'fentanyl', '25', 'mcg/h', 1)])).toEqual(fine);
    expect(judge([take('a', 'fentanyl', '0.026', 'mg/hour', 1)]).findings).toHaveLength(1);
    expect(judge([take('a', 'fentanyl', '25', 'mcg/week', 1)]).gaps).toEqual(['a unit_not_convertible']);
  });
});

describe('a way of giving it that nobody knows', () => {
  it('may be any, and is no way around a rule', () => {
    const judge = judgeBy(
      rule('r', 'acetaminophen', { routes: ['oral'], maxPerDay: { amount: '4000', unit: 'mg' } }),
    );
    const much = take('a', 'acetaminophen', '2000', 'mg', 3);
    expect(judge([{ ...much, route: 'intravenous' }])).toEqual(fine);
    for (const route of ['by mouth', 'Oral', null])
      expect(judge([{ ...much, route }]).findings).toEqual(['a day major']);
  });
});
