import {
  allergyRule,
  contraindicationRule,
  doseRule,
  duplicateRule,
  interactionRule,
} from '../src/rules/rule.ts';
import type { ClinicalRelease } from '../src/screen/release.ts';

const about = { severity: 'major', management: 'As the test says', sources: [source()] };
function source() {
  return { kind: 'house-rule', ref: 'test', checked: true };
}
const text = 'A rule of the tests';
const strength = (amount: string, unit: string, perAmount = '1', perUnit = '1') => ({
  amount,
  unit,
  perAmount,
  perUnit,
});
const adults = { population: { ageMonths: { from: 216 } }, sources: [source()], text };

const classesOf: Record<string, string[]> = {
  warfarin: [],
  ibuprofen: ['NSAID'],
  naproxen: ['NSAID'],
  lisinopril: ['ACE'],
  amoxicillin: ['PENICILLIN'],
  cephalexin: ['CEPHALOSPORIN'],
  metformin: [],
  fentanyl: ['OPIOID'],
  morphine: ['OPIOID'],
  methotrexate: [],
  simvastatin: ['STATIN'],
  'new-substance': [],
};

/** A release with a rule of every form. It never changes, so that what the engine says about it can be compared for ever. */
export const fixedRelease: ClinicalRelease = {
  id: '00000000-0000-7000-8000-00000000f1ed',
  ingredients: new Map(
    Object.entries(classesOf).map(([code, classes]) => [
      code,
      { name: code, reviewed: code !== 'new-substance', classes: new Set(classes) },
    ]),
  ),
  classes: new Set(Object.values(classesOf).flat()),
  otherAllergens: new Set(['food:egg']),
  conditions: new Set(['asthma', 'cirrhosis', 'diabetes']),
  routes: new Set(['oral', 'intravenous', 'cutaneous', 'transdermal']),
  localRoutes: new Set(['cutaneous']),
  products: new Map([
    [
      'ibuprofen-400',
      { routes: ['oral'], ingredients: [{ code: 'ibuprofen', strength: strength('400', 'mg') }] },
    ],
    [
      'amoxicillin-syrup',
      {
        routes: ['oral'],
        ingredients: [{ code: 'amoxicillin', strength: strength('250', 'mg', '5', 'mL') }],
      },
    ],
    [
      'fentanyl-patch',
      {
        routes: ['transdermal'],
        ingredients: [{ code: 'fentanyl', strength: strength('25', 'mcg', '1', 'h') }],
      },
    ],
    [
      'mixture',
      {
        routes: ['oral'],
        ingredients: [
          { code: 'lisinopril', strength: strength('10', 'mg') },
          { code: 'simvastatin', strength: null },
        ],
      },
    ],
    ['empty', { routes: [], ingredients: [] }],
    ['new', { routes: ['oral'], ingredients: [{ code: 'new-substance', strength: null }] }],
  ]),
  rules: {
    interactions: [
      { id: 'ddi-1', a: 'ingredient:warfarin', b: 'class:NSAID' },
      { id: 'ddi-2', a: 'class:NSAID', b: 'class:ACE', when: { conditions: ['diabetes'] } },
      {
        id: 'ddi-3',
        a: 'ingredient:simvastatin',
        b: 'class:OPIOID',
        when: { dailyDoseAbove: { ingredient: 'simvastatin', amount: '20', unit: 'mg' } },
      },
      { id: 'ddi-4', a: 'ingredient:methotrexate', b: 'class:PENICILLIN', exposure: 'any', severity: 'info' },
      { id: 'ddi-5', a: 'ingredient:metformin', b: 'ingredient:cephalexin', severity: 'contraindicated' },
    ].map((rule) => interactionRule.parse({ ...about, mechanism: text, effect: text, ...rule })),
    allergies: [
      { id: 'alg-1', allergyTo: 'ingredient:*', appliesTo: 'same', severity: 'contraindicated' },
      { id: 'alg-2', allergyTo: 'class:*', appliesTo: 'same' },
      { id: 'alg-3', allergyTo: 'class:PENICILLIN', appliesTo: 'class:CEPHALOSPORIN', severity: 'moderate' },
      { id: 'alg-4', allergyTo: 'food:egg', appliesTo: 'ingredient:warfarin', severity: 'info' },
    ].map((rule) => allergyRule.parse({ ...about, crossReactivity: text, text, ...rule })),
    contraindications: [
      {
        id: 'ci-1',
        subject: 'class:ACE',
        kind: 'pregnancy',
        criterion: { pregnancy: ['trimester2', 'trimester3'] },
      },
      { id: 'ci-2', subject: 'ingredient:methotrexate', kind: 'lactation', criterion: { lactating: true } },
      { id: 'ci-3', subject: 'class:OPIOID', kind: 'age', criterion: { ageMonths: { below: 144 } } },
      { id: 'ci-4', subject: 'class:NSAID', kind: 'condition', criterion: { conditions: ['asthma'] } },
      {
        id: 'ci-5',
        subject: 'ingredient:metformin',
        kind: 'renal',
        criterion: { creatinineClearance: { below: 30 } },
      },
      {
        id: 'ci-6',
        subject: 'class:STATIN',
        kind: 'liver',
        criterion: { liver: ['moderate', 'severe'] },
        exposure: 'any',
      },
    ].map((rule) => contraindicationRule.parse({ ...about, text, ...rule })),
    duplicates: [
      { id: 'dup-1', subject: 'ingredient:*' },
      { id: 'dup-2', subject: 'class:OPIOID', severity: 'moderate' },
    ].map((rule) => duplicateRule.parse({ ...about, text, ...rule })),
    doses: [
      {
        id: 'dose-1',
        ingredient: 'ibuprofen',
        routes: ['oral'],
        maxPerDay: { amount: '2400', unit: 'mg' },
        range: { minPerDose: { amount: '100' }, maxPerDose: { amount: '800' }, maxTimesPerDay: 4 },
        adjustments: [{ when: { creatinineClearance: { below: 60 } }, amount: '1200', maxPerDose: '400' }],
      },
      {
        id: 'dose-2',
        ingredient: 'ibuprofen',
        routes: ['oral'],
        population: { ageMonths: { from: 6, below: 216 } },
        maxPerDay: { amount: '40', unit: 'mg', per: 'kg', cap: '2400' },
        range: { maxPerDose: { amount: '10', per: 'kg' } },
      },
      {
        id: 'dose-3',
        ingredient: 'fentanyl',
        routes: [],
        maxPerDay: { amount: '2400', unit: 'mcg' },
        adjustments: [{ when: { with: ['simvastatin'] }, amount: '1200' }],
      },
      {
        id: 'dose-4',
        ingredient: 'methotrexate',
        routes: [],
        population: { ageMonths: {} },
        maxPerDay: { amount: '10', unit: 'mg', per: 'm2' },
        range: { maxTimesPerDay: 1 / 7 },
      },
      {
        id: 'dose-5',
        ingredient: 'lisinopril',
        routes: ['oral'],
        maxPerDay: { amount: '80', unit: 'mg' },
        range: { minPerDay: { amount: '2.5' } },
        adjustments: [
          { when: { ageMonths: { from: 900 } }, amount: '40' },
          { when: { conditions: ['cirrhosis'] }, amount: '20' },
        ],
      },
      {
        id: 'dose-6',
        ingredient: 'amoxicillin',
        routes: [],
        population: { ageMonths: { from: 3 }, weightGrams: { below: 40_000 } },
        maxPerDay: { amount: '90', unit: 'mg', per: 'kg' },
      },
      {
        id: 'dose-7',
        ingredient: 'amoxicillin',
        routes: [],
        population: { ageMonths: { from: 3 }, weightGrams: { from: 40_000 } },
        maxPerDay: { amount: '3', unit: 'g' },
      },
    ].map((rule) => doseRule.parse({ ...adults, ...rule })),
  },
};
