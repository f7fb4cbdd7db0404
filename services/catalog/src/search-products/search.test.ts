import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseStrength } from '../amount/strength.ts';
import { fold } from '../text/fold.ts';
import { distance, mayBeMisspelt, mayMean } from '../text/misspelling.ts';
import { questionOf } from './question.ts';
import { strengthWords } from './search-words.ts';

const forms = new Set(['tablet', 'tab', 'capsule', 'oral', 'cream']);
const ask = (text: string) => questionOf(text, forms);

describe('a question', () => {
  it.each([
    ['amoxicillin 500 mg capsules', ['amoxicillin'], ['500mg'], ['capsule']],
    ['Amoxicillin 500mg', ['amoxicillin'], ['500mg'], []],
    ['warfarin 2.5', ['warfarin'], ['2.5'], []],
    ['digoxin .25 mg tab', ['digoxin'], ['0.25mg'], ['tab']],
    ['levothyroxine 50 µg', ['levothyroxine'], ['50mcg'], []],
    ['levothyroxine 50 micrograms', ['levothyroxine'], ['50mcg'], []],
    ['insulin 100 IU/ml', ['insulin'], ['100unit', '1ml'], []],
    ['amoxicillin 250mg/5ml', ['amoxicillin'], ['250mg', '5ml'], []],
    ['vitamin b12 1,000 mcg', ['vitamin', 'b12'], ['1000mcg'], []],
    ['alprazolam 0,5 mg', ['alprazolam'], ['0.5mg'], []],
    ['hydrocortisone 1 % cream', ['hydrocortisone'], ['1%'], ['cream']],
    ['Énalapril et hydrochlorothiazide', ['enalapril', 'hydrochlorothiazide'], [], []],
    ['mg', [], [], []],
  ])('%s', (text, names, amounts, formWords) => {
    expect(ask(text)).toEqual({ names, amounts, forms: formWords });
  });

  it('never loses a digit of a number (C-07)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 99_999 }),
        fc.constantFrom('mg', ' mg', 'mcg', ' g', ''),
        (value, unit) => {
          expect(ask(`warfarin ${value}${unit}`).amounts).toEqual([`${value}${unit.trim()}`]);
        },
      ),
    );
  });
});

describe('the words of a strength', () => {
  const words = (text: string) => strengthWords(parseStrength(text)!);

  it('are all the ways to write the same', () => {
    expect(words('500 mg')).toEqual(['500', '500mg', '500000mcg', '0.5g']);
    expect(words('250 mg/5 mL')).toContain('5ml');
    expect(words('250 mg/5 mL')).not.toContain('5');
    expect(words('10 mg/g')).toContain('1%');
    expect(words('50 mg/mL')).toContain('5%');
    expect(words('100 unit/mL')).toEqual(['100', '100unit', '1ml']);
  });

  it('answer to 5 mg only when it is 5 mg (C-07)', () => {
    const strength = fc.integer({ min: 1, max: 5_000 });
    fc.assert(
      fc.property(strength, strength, (a, b) => {
        expect(words(`${a} mg`).includes(`${b}mg`)).toBe(a === b);
      }),
    );
  });
});

describe('a misspelling', () => {
  it.each([
    ['amoxicilin', 'amoxicillin'],
    ['ibuprofin', 'ibuprofen'],
    ['metphormin', 'metformin'],
    ['lipitro', 'lipitor'],
    ['asprin', 'aspirin'],
    ['xanex', 'xanax'],
  ])('%s may mean %s', (typed, word) => expect(mayMean(typed, word)).toBe(true));

  it.each([
    ['hydroxyzine', 'hydralazine'],
    ['prednisone', 'primidone'],
    ['losartan', 'valsartan'],
  ])('%s does not mean %s', (typed, word) => expect(mayMean(typed, word)).toBe(false));

  it('is not looked for in short words and numbers', () => {
    expect(['soma', 'b12', '500mg', '50'].some(mayBeMisspelt)).toBe(false);
  });

  it('has the same distance both ways, and none from itself', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(distance(a, b, 99)).toBe(distance(b, a, 99));
        expect(distance(a, a, 99)).toBe(0);
      }),
    );
  });
});

it('folds accents, ligatures and case, and keeps decimal points', () => {
  expect(fold('Oméprazole')).toBe('omeprazole');
  expect(fold('Acetylsalicylsäure, Größe')).toBe('acetylsalicylsaure grosse');
  expect(fold('0.25 MG/.5 mL')).toBe('0.25 mg 0.5 ml');
});
