import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadFormulary } from '../src/formulary/load-formulary.ts';
import { askAll } from '../src/benchmark/ask-search.ts';
import { readMisspellings } from '../src/benchmark/misspellings.ts';
import { reportScores } from '../src/benchmark/report-scores.ts';
import { type Outcome, scoreOf } from '../src/benchmark/score.ts';
import { type CatalogDatabase, createCatalogDatabase } from './catalog-database.ts';

let database: CatalogDatabase;
let outcomes: Outcome[];
beforeAll(async () => {
  database = await createCatalogDatabase();
  await database.as('admin', loadFormulary);
  outcomes = await database.as('app', (tx) => askAll(tx, readMisspellings()));
}, 600_000);
afterAll(() => database?.drop());

describe('the published list of misspellings (C-06, C-08)', () => {
  it('is long, and a third of it is held out', () => {
    expect(outcomes.length).toBeGreaterThanOrEqual(300);
    expect(new Set(outcomes.map(({ typed }) => typed)).size).toBe(outcomes.length);
    const heldOut = outcomes.filter(({ part }) => part === 'held out').length / outcomes.length;
    expect(heldOut).toBeGreaterThan(0.3);
  });

  // The floors: what the search reached when they were written, less two or three misspellings.
  it.each([
    ['tuned', 0.985],
    ['held out', 0.97],
  ] as const)('is understood, its part %s as well', (part, floor) => {
    const score = scoreOf(outcomes.filter((each) => each.part === part));
    expect(score.recallAt1).toBeGreaterThanOrEqual(floor);
    expect(score.recallAt5).toBeGreaterThanOrEqual(floor);
    expect(score.precision).toBeGreaterThanOrEqual(floor);
  });

  it('never proposes anything but what was meant, and finds nothing where nothing is meant', () => {
    const score = scoreOf(outcomes);
    expect(score.precisionOfPreselected).toBe(1);
    expect(score.falseRepairs).toBe(0);
  });

  it('never proposes what a text is easily mistaken for', () => {
    const proposed = outcomes.filter(({ mistakable, hits }) =>
      hits.some(
        ({ preselectable, ingredients }) =>
          preselectable && mistakable.some((code) => ingredients.includes(code)),
      ),
    );
    expect(proposed.map(({ typed }) => typed)).toEqual([]);
  });

  it('is reported', () => {
    expect(reportScores(outcomes)).toMatch(/^tuned +\d+ +0\.\d+|1\.000/m);
  });
});

describe('a score', () => {
  const each = (meant: string[], ...hits: [string[], boolean?][]): Outcome => ({
    typed: 'x',
    meant,
    mistakable: [],
    kind: 'slip',
    source: '',
    part: 'tuned',
    hits: hits.map(([ingredients, preselectable = false]) => ({ ingredients, preselectable })),
  });

  it('counts what came first, what came at all, and what should not have come', () => {
    const score = scoreOf([
      each(['a'], [['a'], true]),
      each(['a'], [['b'], true], [['a']]),
      each(['a', 'b'], [['b', 'a']]),
      each(['a']),
      each([], [['b']]),
      each([]),
    ]);
    expect(score).toEqual({
      asked: 6,
      recallAt1: 0.5,
      recallAt5: 0.75,
      precision: 0.5,
      falseRepairs: 0.5,
      precisionOfPreselected: 0.5,
    });
  });
});
