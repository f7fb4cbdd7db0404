import { describe, expect, it } from '@jest/globals';
import { unitOf } from '../amount/unit.ts';
import type { AllergyRule } from '../rules/rule.ts';
import { overlap } from '../rules/overlap.ts';
import { formularyHash, readFormulary } from './read-formulary.ts';

const formulary = readFormulary();
const codes = (rows: readonly { code: string }[]) => new Set(rows.map((row) => row.code));
const ingredients = codes(formulary.ingredients);
const classes = codes(formulary.classes);
const conditions = codes(formulary.conditions);
const routes = codes(formulary.routes);
const { interactions, allergies, contraindications, duplicates, doses } = formulary.rules;

const exists = (subject: string) =>
  subject.startsWith('class:') ? classes.has(subject.slice(6)) : ingredients.has(subject.slice(11));
const twice = (keys: readonly string[]) => keys.filter((key, index) => keys.indexOf(key) !== index);

describe('the shipped formulary (C-01)', () => {
  it('has at least 300 medicines and 900 products', () => {
    expect(formulary.ingredients.length).toBeGreaterThanOrEqual(300);
    expect(formulary.products.flatMap((row) => row.strengths).length).toBeGreaterThanOrEqual(900);
  });

  it('names nothing twice', () => {
    expect(twice(formulary.ingredients.map((row) => row.code))).toEqual([]);
    expect(twice(formulary.classes.map((row) => row.code))).toEqual([]);
    expect(twice(formulary.conditions.map((row) => row.code))).toEqual([]);
    const products = formulary.products.flatMap((row) =>
      row.strengths.map((strength) => JSON.stringify([row.ingredients, row.form, row.route, strength])),
    );
    expect(twice(products)).toEqual([]);
    const names = formulary.ingredients.flatMap(({ code, name, synonyms }) =>
      [name, ...synonyms.map((synonym) => synonym.name)].map((each) => `${code}: ${each}`),
    );
    expect(twice(names)).toEqual([]);
  });

  it('makes every product of known ingredients, one strength each, with a known form and route', () => {
    const forms = codes(formulary.forms);
    for (const row of formulary.products) {
      for (const each of row.ingredients) expect(ingredients).toContain(each);
      expect(forms).toContain(row.form);
      expect(routes).toContain(row.route);
      for (const strength of row.strengths) expect(strength).toHaveLength(row.ingredients.length);
    }
  });

  it('has a product for every ingredient', () => {
    const used = new Set(formulary.products.flatMap((row) => row.ingredients));
    expect([...ingredients].filter((each) => !used.has(each))).toEqual([]);
  });

  it('has a category of our own wording for every ATC code', () => {
    const prefixes = new Set(formulary.categories.map((row) => row.atcPrefix));
    const atc = [
      ...formulary.ingredients.flatMap((row) => row.atc),
      ...formulary.products.flatMap((row) => row.atc ?? []),
    ];
    expect(atc.filter((each) => !prefixes.has(each.slice(0, 3)))).toEqual([]);
  });

  it('schedules a product at least as one of its ingredients unless it is an exempt mixture', () => {
    const exempt = new Set(['acetaminophen + butalbital + caffeine']);
    const controlled = new Set(formulary.ingredients.filter((row) => row.schedule).map((row) => row.code));
    const open = formulary.products.filter(
      (row) => !row.schedule && row.ingredients.some((each) => controlled.has(each)),
    );
    expect(open.map((row) => row.ingredients.join(' + ')).filter((each) => !exempt.has(each))).toEqual([]);
  });

  it('hashes to the same value every time', () => {
    expect(formularyHash()).toMatch(/^[0-9a-f]{64}$/);
    expect(formularyHash()).toBe(formularyHash());
  });
});

describe('the shipped rules (C-03, C-04, C-05)', () => {
  it('have unique ids', () => {
    const all = [...interactions, ...allergies, ...contraindications, ...duplicates, ...doses];
    expect(twice(all.map((rule) => rule.id))).toEqual([]);
  });

  it('have a source each', () => {
    for (const rule of [...interactions, ...allergies, ...contraindications, ...duplicates, ...doses])
      expect(rule.sources.length).toBeGreaterThan(0);
  });

  it('name only members, ingredients and classes that exist', () => {
    expect(formulary.classes.flatMap((row) => row.members).filter((each) => !ingredients.has(each))).toEqual(
      [],
    );
    const subjects = [
      ...interactions.flatMap((rule) => [rule.a, rule.b]),
      ...contraindications.map((rule) => rule.subject),
      ...duplicates.map((rule) => rule.subject),
      ...allergies.flatMap(subjectsOf),
      ...doses.map((rule) => `ingredient:${rule.ingredient}`),
    ];
    expect(subjects.filter((each) => !each.endsWith(':*') && !exists(each))).toEqual([]);
  });

  it('name only conditions and routes that exist', () => {
    const named = [
      ...interactions.flatMap((rule) => rule.when?.conditions ?? []),
      ...contraindications.flatMap((rule) =>
        'conditions' in rule.criterion ? rule.criterion.conditions : [],
      ),
      ...doses.flatMap((rule) =>
        rule.adjustments.flatMap(({ when }) => ('conditions' in when ? when.conditions : [])),
      ),
    ];
    expect(named.filter((each) => !conditions.has(each))).toEqual([]);
    expect(doses.flatMap((rule) => rule.routes).filter((each) => !routes.has(each))).toEqual([]);
  });

  it('measure doses in units that convert', () => {
    expect(doses.filter((rule) => !unitOf(rule.maxPerDay.unit))).toEqual([]);
  });

  it('have one dose rule at most for one patient, ingredient and route', () => {
    const clash = doses.flatMap((a, index) => doses.slice(index + 1).filter((b) => overlap(a, b)));
    expect(clash).toEqual([]);
  });
});

const subjectsOf = ({ allergyTo, appliesTo }: AllergyRule) =>
  [allergyTo, appliesTo].filter((each) => each !== 'same' && !each.startsWith('food:'));
