import { describe, expect, it } from '@jest/globals';
import type { PatientFactors, ScreeningLine } from '@carethread/contracts/screening.ts';
import { coverageOf, verdictSchema } from '@carethread/contracts/screening.ts';
import { fixedRelease } from '../../test/fixed-release.ts';
import { inputOf, line } from '../../test/screening-input.ts';
import { product, shippedRelease } from '../../test/shipped-release.ts';
import { screen } from './screen.ts';

const check = (lines: ScreeningLine[], patient: Partial<PatientFactors> = {}) =>
  screen(inputOf(lines, patient), shippedRelease);
const rulesOf = (lines: ScreeningLine[], patient: Partial<PatientFactors> = {}) =>
  check(lines, patient).findings.map(({ ruleId }) => ruleId);
const reasonsOf = (lines: ScreeningLine[], patient: Partial<PatientFactors> = {}) =>
  check(lines, patient).notChecked.map(({ reason }) => reason);
const take = (
  lineId: string,
  ingredient: string,
  amount: string,
  unit: string,
  perDay = 1,
): ScreeningLine => ({
  ...line(lineId, ingredient),
  dose: { amount, unit, perDay },
});

describe('interactions (C-03)', () => {
  it('finds two ingredients that must not meet, whichever comes first', () => {
    const forth = check([take('a', 'disulfiram', '250', 'mg'), take('b', 'metronidazole', '500', 'mg', 2)]);
    const back = check([take('b', 'metronidazole', '500', 'mg', 2), take('a', 'disulfiram', '250', 'mg')]);
    expect(forth.findings).toEqual([
      {
        key: 'ddi-062|a+b|disulfiram+metronidazole',
        kind: 'interaction',
        severity: 'contraindicated',
        ruleId: 'ddi-062',
        lineIds: ['a', 'b'],
        subjects: ['disulfiram', 'metronidazole'],
      },
    ]);
    expect(back).toEqual(forth);
  });

  it('knows classes on both sides', () => {
    expect(rulesOf([line('a', 'sildenafil'), line('b', 'nitroglycerin')])).toContain('ddi-025');
  });

  it('counts what the patient already takes', () => {
    const { findings } = check([take('a', 'ibuprofen', '400', 'mg')], { currentIngredients: ['warfarin'] });
    expect(findings).toMatchObject([
      { ruleId: 'ddi-030', lineIds: ['a'], subjects: ['ibuprofen', 'warfarin'] },
    ]);
  });

  it('does not report what both is taken already, nor the two halves of one product', () => {
    expect(rulesOf([], { currentIngredients: ['warfarin', 'ibuprofen'] })).toEqual([]);
    const mixture = product('hydrochlorothiazide + lisinopril', 'tablet', 'oral', '12.5 mg + 10 mg');
    expect(
      rulesOf([{ ...line('a'), productId: mixture, dose: { amount: '1', unit: 'tablet', perDay: 1 } }]),
    ).toEqual([]);
  });

  it('lets a local use be, unless the rule says otherwise', () => {
    const timolol = { ...line('a', 'timolol'), route: 'ophthalmic' };
    expect(rulesOf([timolol, line('b', 'verapamil')])).toEqual([]);
    const miconazole = { ...line('a', 'miconazole'), route: 'vaginal' };
    expect(rulesOf([miconazole, line('b', 'warfarin')])).toEqual(['ddi-029']);
  });

  it('fires above a daily dose only, over all lines together', () => {
    const amlodipine = take('b', 'amlodipine', '5', 'mg');
    expect(rulesOf([take('a', 'simvastatin', '20', 'mg'), amlodipine])).not.toContain('ddi-036');
    expect(rulesOf([take('a', 'simvastatin', '40', 'mg'), amlodipine])).toContain('ddi-036');
    const twice = [take('a', 'simvastatin', '10', 'mg'), take('c', 'simvastatin', '10.5', 'mg'), amlodipine];
    expect(rulesOf(twice)).toContain('ddi-036');
    expect(reasonsOf([line('a', 'simvastatin'), amlodipine])).toContain('missing_dose');
  });

  it('fires under a condition only', () => {
    const lines = [take('a', 'aliskiren', '150', 'mg'), take('b', 'losartan', '50', 'mg')];
    expect(rulesOf(lines)).toEqual(['ddi-069']);
    expect(rulesOf(lines, { conditions: ['diabetes-mellitus-type-2'] })).toContain('ddi-044');
  });
});

describe('allergies (C-04)', () => {
  it('block the ingredient itself and its class', () => {
    const amoxicillin = take('a', 'amoxicillin', '500', 'mg', 3);
    expect(rulesOf([amoxicillin], { allergies: ['ingredient:amoxicillin'] })).toEqual([
      'alg-same-ingredient',
    ]);
    expect(rulesOf([amoxicillin], { allergies: ['ingredient:ampicillin'] })).toEqual(['alg-001']);
    expect(rulesOf([amoxicillin], { allergies: ['class:PENICILLIN'] })).toEqual(['alg-001']);
  });

  it('grade cross-reactions', () => {
    const { findings } = check([take('a', 'cephalexin', '500', 'mg', 4)], {
      allergies: ['class:PENICILLIN'],
    });
    expect(findings.map(({ ruleId, severity }) => [ruleId, severity])).toEqual([
      ['alg-002', 'major'],
      ['alg-003', 'moderate'],
    ]);
  });

  it('apply to local use as well', () => {
    const drops = { ...line('a', 'sulfacetamide'), route: 'ophthalmic' };
    expect(rulesOf([drops], { allergies: ['class:SULFONAMIDE_ANTIBIOTIC'] })).toEqual(['alg-008']);
  });

  it('fall back to "same class" where nobody graded it', () => {
    expect(rulesOf([take('a', 'atorvastatin', '20', 'mg')], { allergies: ['class:STATIN'] })).toEqual([
      'alg-same-class',
    ]);
  });

  it('leave a verdict clear that only says "no action"', () => {
    const { status, findings } = check([line('a', 'iohexol')], { allergies: ['food:shellfish'] });
    expect(findings.map(({ severity }) => severity)).toEqual(['info']);
    expect(status).toBe('clear');
  });

  it('as free text or with an unknown code make it incomplete', () => {
    const lines = [take('a', 'amoxicillin', '500', 'mg')];
    expect(check(lines, { uncodedAllergies: 1 })).toMatchObject({
      status: 'incomplete',
      notChecked: [{ check: 'allergy', lineId: null, reason: 'free_text_allergy' }],
    });
    expect(reasonsOf(lines, { allergies: ['class:NO_SUCH'] })).toEqual(['unknown_allergy_code']);
  });
});

describe('contraindications (C-05)', () => {
  const woman: Partial<PatientFactors> = { sex: 'female', ageMonths: 30 * 12 };

  it('know the trimester', () => {
    const lines = [take('a', 'ibuprofen', '400', 'mg', 3)];
    expect(rulesOf(lines, { ...woman, pregnancy: 'trimester1' })).toEqual([]);
    expect(rulesOf(lines, { ...woman, pregnancy: 'trimester3' })).toEqual(['ci-009']);
  });

  it('ask about pregnancy where it matters, and only there', () => {
    const lisinopril = [take('a', 'lisinopril', '10', 'mg')];
    expect(check(lisinopril, { ...woman, pregnancy: 'unknown' })).toMatchObject({
      status: 'incomplete',
      notChecked: [{ check: 'contraindication', lineId: 'a', reason: 'unknown_pregnancy' }],
    });
    expect(check([take('a', 'cetirizine', '10', 'mg')], { ...woman, pregnancy: 'unknown' }).status).toBe(
      'clear',
    );
    expect(check(lisinopril, { ...woman, ageMonths: 70 * 12, pregnancy: 'unknown' }).status).toBe('clear');
    expect(check(lisinopril, { sex: 'male', pregnancy: 'unknown' }).status).toBe('clear');
  });

  it('know breastfeeding, age, conditions, kidneys and liver', () => {
    expect(rulesOf([line('a', 'codeine')], { ...woman, lactating: true })).toContain('ci-062');
    expect(reasonsOf([take('a', 'tramadol', '50', 'mg')], { ...woman, lactating: null })).toEqual([
      'unknown_lactation',
    ]);
    expect(rulesOf([line('a', 'codeine')], { ageMonths: 11 * 12 })).toContain('ci-011');
    expect(rulesOf([line('a', 'propranolol')], { conditions: ['asthma'] })).toEqual(['ci-027']);
    expect(rulesOf([{ ...line('a', 'timolol'), route: 'ophthalmic' }], { conditions: ['asthma'] })).toEqual([
      'ci-027',
    ]);
    expect(rulesOf([line('a', 'metformin')], { creatinineClearance: 29.9 })).toEqual(['ci-020']);
    expect(reasonsOf([take('a', 'metformin', '500', 'mg')], { creatinineClearance: null })).toEqual([
      'missing_creatinine_clearance',
    ]);
    expect(rulesOf([line('a', 'valproate')], { liverImpairment: 'severe' })).toEqual(['ci-088']);
    expect(reasonsOf([line('a', 'valproate')], { liverImpairment: 'unknown' })).toEqual([
      'unknown_liver_function',
    ]);
    expect(reasonsOf([line('a', 'omeprazole')], { conditions: ['no-such'] })).toEqual([
      'unknown_condition_code',
    ]);
  });
});

describe('duplicates (R-07)', () => {
  it('are the same ingredient or the same class', () => {
    expect(rulesOf([line('a', 'omeprazole')], { currentIngredients: ['omeprazole'] })).toEqual([
      'dup-same-ingredient',
    ]);
    expect(rulesOf([line('a', 'atorvastatin'), line('b', 'rosuvastatin')])).toEqual(['dup-001']);
  });

  it('are not a cream beside a tablet', () => {
    const cream = { ...line('a', 'hydrocortisone'), route: 'cutaneous' };
    expect(rulesOf([cream, line('b', 'hydrocortisone')])).toEqual([]);
  });

  it('are what may be one: nobody knows how it is given, or how that is given which is taken already', () => {
    const cream = { ...line('a', 'hydrocortisone'), route: 'cutaneous' };
    const same = ['dup-same-ingredient'];
    expect(rulesOf([cream, { ...line('b', 'hydrocortisone'), route: null }])).toEqual(same);
    expect(rulesOf([cream, { ...line('b', 'hydrocortisone'), route: 'on the skin' }])).toEqual(same);
    expect(rulesOf([cream], { currentIngredients: ['hydrocortisone'] })).toEqual(same);
  });
});

describe('what has no code', () => {
  it('is said, never passed over (R-04)', () => {
    expect(check([{ ...line('a'), productId: null }])).toMatchObject({
      status: 'incomplete',
      notChecked: [{ check: 'all', lineId: 'a', reason: 'uncoded_drug' }],
    });
    expect(reasonsOf([{ ...line('a'), productId: 'gone' }])).toEqual(['unknown_product']);
    expect(reasonsOf([line('a', 'no-such')])).toContain('unknown_ingredient');
    expect(reasonsOf([], { currentIngredients: ['no-such'] })).toContain('unknown_ingredient');
  });

  it('is incomplete for an ingredient nobody wrote rules for, in a line or taken already', () => {
    const unreviewed = { reason: 'ingredient_not_reviewed' };
    const inLine = screen(inputOf([take('a', 'new-substance', '1', 'mg')]), fixedRelease);
    expect(inLine).toMatchObject({ status: 'incomplete', notChecked: [{ lineId: 'a', ...unreviewed }] });
    const taken = screen(inputOf([], { currentIngredients: ['new-substance'] }), fixedRelease);
    expect(taken).toMatchObject({ status: 'incomplete', notChecked: [{ lineId: null, ...unreviewed }] });
  });

  it('shows in the coverage: 2 of 4 drugs, one dose', () => {
    const lines = [
      line('a'),
      take('b', 'lisinopril', '10', 'mg'),
      take('c', 'new-substance', '1', 'mg'),
      take('d', 'warfarin', '5', 'mg'),
    ];
    const verdict = screen(inputOf(lines), fixedRelease);
    const ids = lines.map(({ lineId }) => lineId);
    expect(coverageOf(ids, verdict)).toEqual({ drugs: 4, covered: 2, dosesJudged: 1 });
    expect(coverageOf(ids, { checked: [], notChecked: [] })).toEqual({
      drugs: 4,
      covered: 0,
      dosesJudged: 0,
    });
  });

  it('keeps the findings about everything else', () => {
    const { status, findings } = check([line('a'), line('b', 'disulfiram'), line('c', 'metronidazole')]);
    expect(status).toBe('incomplete');
    expect(findings.map(({ ruleId }) => ruleId)).toEqual(['ddi-062']);
  });
});

it('gives a verdict as the contract has it', () => {
  const verdict = check([take('a', 'lisinopril', '10', 'mg'), line('b', 'potassium-chloride')]);
  expect(verdictSchema.parse(verdict)).toEqual(verdict);
  expect(verdict.checked).toEqual([
    'allergy',
    'contraindication',
    'dose',
    'dose:lisinopril',
    'duplicate',
    'interaction',
  ]);
});
