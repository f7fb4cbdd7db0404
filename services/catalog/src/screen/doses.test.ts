import { describe, expect, it } from '@jest/globals';
import type { PatientFactors, ScreeningLine } from '@carethread/contracts/screening.ts';
import { inputOf, line } from '../../test/screening-input.ts';
import { product, shippedRelease } from '../../test/shipped-release.ts';
import { screen } from './screen.ts';

const judge = (lines: ScreeningLine[], patient: Partial<PatientFactors> = {}) => {
  const { findings, notChecked } = screen(inputOf(lines, patient), shippedRelease);
  return {
    findings: findings.filter(({ kind }) => kind === 'dose').map(({ lineIds }) => lineIds.join('+')),
    gaps: notChecked.map(({ lineId, reason }) => `${lineId ?? '*'} ${reason}`),
  };
};
const take = (
  lineId: string,
  of: { ingredient?: string; product?: string },
  amount: string,
  unit: string,
  perDay: number,
): ScreeningLine => ({
  ...line(lineId, ...(of.ingredient ? [of.ingredient] : [])),
  productId: of.product ?? null,
  dose: { amount, unit, perDay },
});

describe('the highest dose in a day (C-05)', () => {
  const acetaminophen = { ingredient: 'acetaminophen' };

  it('is exact: 4 g are allowed, a hundredth of a milligram more is not', () => {
    expect(judge([take('a', acetaminophen, '1000', 'mg', 4)])).toEqual({ findings: [], gaps: [] });
    expect(judge([take('a', acetaminophen, '0.1', 'g', 40)])).toEqual({ findings: [], gaps: [] });
    expect(judge([take('a', acetaminophen, '1000.0025', 'mg', 4)]).findings).toEqual(['a']);
  });

  it('adds up lines, routes and mixtures', () => {
    const percocet = product('acetaminophen + oxycodone', 'tablet', 'oral', '325 mg + 5 mg');
    const lines = [
      take('a', { product: percocet }, '2', 'tablets', 4),
      { ...take('b', acetaminophen, '500', 'mg', 3), route: 'rectal' },
    ];
    expect(judge(lines).findings).toEqual(['a+b']);
    expect(judge(lines.slice(0, 1)).findings).toEqual([]);
  });

  it('reads tablets and millilitres through the strength', () => {
    const tablet = product('lisinopril', 'tablet', 'oral', '40 mg');
    expect(judge([take('a', { product: tablet }, '2', 'tablet', 1)]).findings).toEqual([]);
    expect(judge([take('a', { product: tablet }, '2.5', '{tablet}', 1)]).findings).toEqual(['a']);
    const syrup = product('sertraline', 'oral-solution', 'oral', '20 mg/mL');
    expect(judge([take('a', { product: syrup }, '10', 'mL', 1)]).findings).toEqual([]);
    expect(judge([take('a', { product: syrup }, '10.1', 'ml', 1)]).findings).toEqual(['a']);
  });

  it('says so when a unit does not convert or a dose is missing', () => {
    const mixture = product('hydrochlorothiazide + lisinopril', 'tablet', 'oral', '12.5 mg + 10 mg');
    expect(judge([take('a', { ingredient: 'lisinopril' }, '1', 'tablet', 1)]).gaps).toEqual([
      'a unit_not_convertible',
    ]);
    expect(judge([take('a', { ingredient: 'lisinopril' }, '5', 'drops', 1)]).gaps).toEqual([
      'a unit_not_convertible',
    ]);
    expect(judge([take('a', { product: mixture }, '10', 'mg', 1)]).gaps).toEqual(['a unit_not_convertible']);
    expect(judge([line('a', 'lisinopril')]).gaps).toEqual(['a missing_dose']);
    expect(judge([take('a', { ingredient: 'lisinopril' }, 'two', 'mg', 1)]).gaps).toEqual(['a missing_dose']);
  });

  it('catches methotrexate every day instead of every week', () => {
    const methotrexate = { ingredient: 'methotrexate' };
    expect(judge([take('a', methotrexate, '15', 'mg', 1 / 7)]).findings).toEqual([]);
    expect(judge([take('a', methotrexate, '15', 'mg', 1)]).findings).toEqual(['a']);
  });
});

describe('what the dose depends on', () => {
  const lisinopril = (amount: string) => [take('a', { ingredient: 'lisinopril' }, amount, 'mg', 1)];

  it('asks for the kidney function only between the two limits', () => {
    expect(judge(lisinopril('40'), { creatinineClearance: null })).toEqual({ findings: [], gaps: [] });
    expect(judge(lisinopril('41'), { creatinineClearance: null }).gaps).toEqual([
      'a missing_creatinine_clearance',
    ]);
    expect(judge(lisinopril('81'), { creatinineClearance: null }).findings).toEqual(['a']);
    expect(judge(lisinopril('41'), { creatinineClearance: 20 }).findings).toEqual(['a']);
  });

  it('lowers the limit with age, conditions and other medicines', () => {
    const citalopram = [take('a', { ingredient: 'citalopram' }, '40', 'mg', 1)];
    expect(judge(citalopram).findings).toEqual([]);
    expect(judge(citalopram, { ageMonths: 60 * 12 }).findings).toEqual(['a']);
    const cilostazol = take('a', { ingredient: 'cilostazol' }, '100', 'mg', 2);
    expect(judge([cilostazol]).findings).toEqual([]);
    expect(judge([cilostazol, line('b', 'erythromycin')]).findings).toEqual(['a']);
    expect(judge([cilostazol], { currentIngredients: ['omeprazole'] }).findings).toEqual(['a']);
    const acetaminophen = [take('a', { ingredient: 'acetaminophen' }, '1', 'g', 3)];
    expect(judge(acetaminophen, { conditions: ['cirrhosis'] }).findings).toEqual(['a']);
  });

  it('weighs children', () => {
    const child = { ageMonths: 4 * 12, weightGrams: 16_000 };
    const ibuprofen = (amount: string) => [take('a', { ingredient: 'ibuprofen' }, amount, 'mg', 4)];
    expect(judge(ibuprofen('160'), child)).toEqual({ findings: [], gaps: [] });
    expect(judge(ibuprofen('161'), child).findings).toEqual(['a']);
    expect(judge(ibuprofen('100'), { ...child, weightGrams: null }).gaps).toContain('* missing_weight');
    expect(judge(ibuprofen('100'), { ageMonths: 2, weightGrams: 5_000 }).gaps).toEqual([
      'a no_dose_rule_for_patient',
    ]);
  });

  it('needs the age', () => {
    expect(judge(lisinopril('10'), { ageMonths: null }).gaps).toContain('* missing_age');
  });
});

describe('the shipped ranges', () => {
  it('know a single dose that is too high, and what is taken once a day', () => {
    const ibuprofen = { ingredient: 'ibuprofen' };
    expect(judge([take('a', ibuprofen, '800', 'mg', 3)]).findings).toEqual([]);
    expect(judge([take('a', ibuprofen, '1200', 'mg', 2)]).findings).toEqual(['a']);
    const zolpidem = { ingredient: 'zolpidem' };
    expect(judge([take('a', zolpidem, '5', 'mg', 1)]).findings).toEqual([]);
    expect(judge([take('a', zolpidem, '5', 'mg', 2)]).findings).toEqual(['a']);
  });
});
