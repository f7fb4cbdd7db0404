import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { unitName, unitOf } from '../src/amount/unit.ts';
import { fold } from '../src/text/fold.ts';
import { type CatalogDatabase, createCatalogDatabase } from './catalog-database.ts';

let database: CatalogDatabase;
beforeAll(async () => {
  database = await createCatalogDatabase();
});
afterAll(() => database?.drop());

const folded = (texts: readonly string[]) =>
  database.as('app', async (tx) =>
    (
      await tx.query<{ folded: string }>(
        'SELECT reference.fold(text) AS folded FROM unnest($1::text[]) WITH ORDINALITY each (text, n) ORDER BY n',
        [texts],
      )
    ).map((row) => row.folded),
  );

it('folds accents, ligatures, apostrophes and case, and keeps decimal points', async () => {
  expect(
    await folded([
      'Oméprazole',
      'Acetylsalicylsäure, Größe',
      '0.25 MG/.5 mL',
      "St John's",
      'L’Œuf',
      'Ångström–5.',
    ]),
  ).toEqual(['omeprazole', 'acetylsalicylsaure grosse', '0.25 mg 0.5 ml', 'st johns', 'loeuf', 'angstrom 5']);
});

const character = fc.constantFrom(..."aZ09 .,;/-+(%)'’éÉüßæŒøłÀñ½²µ\u0301Ωя漢".split(''));
const text = fc.string({ unit: character, maxLength: 30 });

it('changes nothing the second time, and is the same here and in the database', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 50, maxLength: 50 }), async (texts) => {
      const once = await folded(texts);
      expect(await folded(once)).toEqual(once);
      expect(once).toEqual(texts.map(fold));
    }),
    { numRuns: 40 },
  );
});

it('measures with the same units here and in the database', async () => {
  const rows = await database.as('app', (tx) =>
    tx.query<{ spelling: string; unit: string; dimension: string; factor: string }>(
      'SELECT spelling, unit, dimension, factor::text FROM reference.unit',
    ),
  );
  for (const { spelling, unit, dimension, factor } of rows)
    expect([spelling, unitName(spelling), unitOf(spelling)]).toEqual([
      spelling,
      unit,
      { dimension, factor: { n: BigInt(Number(factor)), d: 1n } },
    ]);
  expect(rows.length).toBeGreaterThan(100);
});
