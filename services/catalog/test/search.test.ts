import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readCsv } from '../src/formulary/csv.ts';
import { loadFormulary } from '../src/formulary/load-formulary.ts';
import {
  type Filter,
  facetsOf,
  findHits,
  pageOfHits,
  type Place,
} from '../src/search-products/search-products.ts';
import { wordsOf } from '../src/text/fold.ts';
import { type CatalogDatabase, createCatalogDatabase } from './catalog-database.ts';

let database: CatalogDatabase;
let release: { id: string; formWords: Set<string> };

beforeAll(async () => {
  database = await createCatalogDatabase();
  const { release: loaded } = await database.as('admin', loadFormulary);
  const forms = await database.as('app', (tx) =>
    tx.query<{ words: string }>(
      `SELECT unnest(words || name) AS words FROM reference.dosage_form WHERE release_id = $1
       UNION SELECT code FROM reference.route WHERE release_id = $1`,
      [loaded.id],
    ),
  );
  release = { id: loaded.id, formWords: new Set(forms.flatMap(({ words }) => wordsOf(words))) };
});
afterAll(() => database?.drop());

const search = (text: string, first = 20, after: Place | null = null, filter: Filter = {}) =>
  database.as('app', async (tx) => {
    const hits = await findHits(tx, release, { text, filter });
    const page = await pageOfHits(tx, release.id, hits, filter, { first, after });
    const products = await tx.query<{ id: string; name: string; strength: string; form: string }>(
      `SELECT id, generic_name AS name, strength, form_code AS form FROM reference.product
        WHERE release_id = $1 AND id = ANY ($2)`,
      [release.id, page.map(({ id }) => id)],
    );
    return page.map((hit) => ({ ...hit, ...products.find(({ id }) => id === hit.id)! }));
  });
const found = async (text: string) => [
  ...new Set((await search(text, 100)).map(({ reason, name }) => `${reason} ${name}`)),
];

describe('search over the formulary (C-06)', () => {
  it('puts the exact name before mixtures', async () => {
    const hits = await found('lisinopril');
    expect(hits).toEqual(['EXACT Lisinopril', 'PREFIX Hydrochlorothiazide + lisinopril']);
  });

  it('finds what is still being typed', async () => {
    expect((await found('atorv'))[0]).toBe('PREFIX Atorvastatin');
    expect(await found('amoxi clav')).toEqual(['PREFIX Amoxicillin + clavulanate']);
  });

  it('finds brands, international names and other languages', async () => {
    expect(await found('Lipitor')).toEqual(['SYNONYM Atorvastatin']);
    expect((await found('paracétamol'))[0]).toBe('SYNONYM Acetaminophen');
    expect((await found('amoxicilina'))[0]).toBe('SYNONYM Amoxicillin');
    expect((await found('acide acetylsalicylique'))[0]).toBe('SYNONYM Aspirin');
    expect(await found('Augmentin')).toEqual(['SYNONYM Amoxicillin + clavulanate']);
  });

  it('repairs misspellings, and says so', async () => {
    expect((await found('amoxicllin'))[0]).toBe('TYPO Amoxicillin');
    expect((await found('lipitro'))[0]).toBe('TYPO Atorvastatin');
    expect((await found('hydroclorothiazide lisinopril'))[0]).toBe('TYPO Hydrochlorothiazide + lisinopril');
  });

  it('understands the published list of misspellings', async () => {
    const list = readCsv(readFileSync(new URL('./misspellings.csv', import.meta.url), 'utf8'));
    const missed: string[] = [];
    for (const { typed, ingredient } of list) {
      const [hit] = await search(typed!, 1);
      const parts = await database.as('app', (tx) =>
        tx.query<{ code: string }>(
          `SELECT ingredient_code AS code FROM reference.product_ingredient WHERE release_id = $1 AND product_id = $2`,
          [release.id, hit?.id],
        ),
      );
      if (!parts.some(({ code }) => code === ingredient))
        missed.push(`${typed} gave ${parts.map(({ code }) => code).join()}`);
    }
    expect(missed).toEqual([]);
  });

  it('never takes a name that exists for another one (C-08)', async () => {
    expect(await found('hydroxyzine')).toEqual(['EXACT Hydroxyzine']);
    expect(await found('hydralazine')).toEqual([
      'EXACT Hydralazine',
      'PREFIX Hydralazine + isosorbide dinitrate',
    ]);
  });

  it('never takes 5 mg for 50 mg (C-07)', async () => {
    const strengths = async (text: string) => [
      ...new Set((await search(text, 100)).map(({ strength }) => strength)),
    ];
    expect(await strengths('prednisone 5 mg')).toEqual(['5 mg']);
    expect(await strengths('prednisone 50mg')).toEqual(['50 mg']);
    expect(await strengths('warfarin 2')).toEqual(['2 mg']);
    expect(await strengths('levothyroxine 0.05 mg')).toEqual(['50 mcg']);
    expect(await strengths('warfarin 55 mg')).toEqual([]);
  });

  it('knows forms and routes', async () => {
    const forms = async (text: string) => [...new Set((await search(text, 100)).map(({ form }) => form))];
    expect(await forms('amoxicillin caps')).toEqual(['capsule']);
    expect(await forms('ketoconazole shampoo')).toEqual(['shampoo']);
  });

  it('sorts amounts as numbers', async () => {
    const warfarin = await search('warfarin');
    expect(warfarin.map(({ strength }) => strength)).toEqual(
      ['1', '2', '2.5', '3', '4', '5', '6', '7.5', '10'].map((amount) => `${amount} mg`),
    );
  });

  it('finds ATC codes', async () => {
    expect(await found('C09AA03')).toEqual(['CODE Lisinopril']);
  });

  it('gives every hit once, page after page', async () => {
    const all = (await search('hydrochlorothiazide', 100)).map(({ id }) => id);
    const paged: string[] = [];
    for (let after: Place | null = null; ;) {
      const page = await search('hydrochlorothiazide', 7, after);
      paged.push(...page.slice(0, 7).map(({ id }) => id));
      if (page.length <= 7) break;
      after = page[6]!;
    }
    expect(paged).toEqual(all);
    expect(new Set(paged).size).toBe(all.length);
  });

  it('filters and counts (S-24)', async () => {
    const filter: Filter = { forms: ['tablet'], supply: 'otc' };
    const hits = await search('ibuprofen', 100, null, filter);
    expect(hits.map(({ name, strength }) => `${name} ${strength}`)).toEqual(['Ibuprofen 200 mg']);
    const facets = await database.as('app', async (tx) =>
      facetsOf(tx, release.id, await findHits(tx, release, { text: 'ibuprofen', filter: {} }), {}),
    );
    expect(facets).toContainEqual({ field: 'form', value: 'oral-suspension', count: 1 });
    expect(facets).toContainEqual({ field: 'schedule', value: 'CII', count: 5 });
  });

  it('lists everything when nothing is asked', async () => {
    const page = await search('', 3);
    expect(page.map(({ reason }) => reason)).toEqual(['BROWSED', 'BROWSED', 'BROWSED', 'BROWSED']);
    expect(page[0]!.name).toBe('Abacavir');
  });

  it('is not impressed by operators and quotes', async () => {
    for (const text of [
      "o'neil & | ! :* <->",
      "'; DROP TABLE reference.product; --",
      '\\',
      '💊',
      ':AB',
      '%_',
    ])
      expect(Array.isArray(await search(text))).toBe(true);
  });
});
