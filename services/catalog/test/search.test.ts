import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type IngredientPlace, searchIngredients } from '../src/find-ingredients/search-ingredients.ts';
import { loadFormulary } from '../src/formulary/load-formulary.ts';
import { type Filter, type Place, searchFacets } from '../src/searching/search-products.ts';
import { type CatalogDatabase, createCatalogDatabase } from './catalog-database.ts';
import { searchFor } from './searching.ts';

let database: CatalogDatabase;
beforeAll(async () => {
  database = await createCatalogDatabase();
  await database.as('admin', loadFormulary);
});
afterAll(() => database?.drop());

const search = (text: string, first = 20, after: Place | null = null, filter: Filter = {}) =>
  database.as('app', (tx) => searchFor(tx, text, { first, after, filter }));
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
    expect((await found('a'))[0]).toBe('PREFIX Abacavir');
  });

  it('finds brands, international names and other languages, and says by which name', async () => {
    expect(await found('Lipitor')).toEqual(['SYNONYM Atorvastatin']);
    expect((await search('lipitor'))[0]!.matched).toBe('Lipitor');
    expect((await found('paracétamol'))[0]).toBe('SYNONYM Acetaminophen');
    expect((await found('amoxicilina'))[0]).toBe('SYNONYM Amoxicillin');
    expect((await found('acide acetylsalicylique'))[0]).toBe('SYNONYM Aspirin');
    expect(await found('Augmentin')).toEqual(['SYNONYM Amoxicillin + clavulanate']);
  });

  it('tells letters that are names from units: penicillin V, vitamin D', async () => {
    expect((await found('penicillin v'))[0]).toBe('EXACT Penicillin V');
    expect(await found('mg')).toEqual(await found(''));
  });

  it('repairs misspellings, and says so', async () => {
    expect((await found('amoxicllin'))[0]).toBe('TYPO Amoxicillin');
    expect((await found('lipitro'))[0]).toBe('TYPO Atorvastatin');
    expect((await search('lipitro'))[0]).toMatchObject({ matched: 'Lipitor', preselectable: false });
    expect((await found('metphormin'))[0]).toBe('TYPO Metformin');
  });

  it('means a reviewed word rather than a misspelling that an imported list has', async () => {
    const words = await database.as('admin', async (tx) => {
      await tx.query(
        `INSERT INTO reference.search_word SELECT release_id, word, reference.sound(word),
           reference.skeleton(reference.sound(word)), false, 5
           FROM reference.current_release, unnest('{acetominophen,dolipraxene}'::text[]) AS word`,
      );
      const repaired = await tx.query<{ words: string[] }>(
        `SELECT words FROM reference.current_release, unnest('{acetominofen,dolipraxenne}'::text[])
           WITH ORDINALITY asked (typed, n), LATERAL reference.word_repairs(release_id, typed) ORDER BY n, far`,
      );
      await tx.query(`DELETE FROM reference.search_word WHERE word IN ('acetominophen', 'dolipraxene')`);
      return repaired.flatMap((row) => row.words);
    });
    expect(words).toEqual(['acetaminophen', 'acetominophen', 'dolipraxene']);
  });

  it('repairs two words at once, and blanks too many or missing', async () => {
    expect(await found('hydroclorothiazide lisinoprill')).toEqual(['TYPO Hydrochlorothiazide + lisinopril']);
    expect((await found('amoxi cillin'))[0]).toBe('TYPO Amoxicillin');
    expect(await found('hydrochlorothiazidelisinopril')).toEqual(['TYPO Hydrochlorothiazide + lisinopril']);
  });

  it('never takes a name that exists for another one (C-08)', async () => {
    expect(await found('hydroxyzine')).toEqual(['EXACT Hydroxyzine']);
    expect(await found('hydralazine')).toEqual([
      'EXACT Hydralazine',
      'PREFIX Hydralazine + isosorbide dinitrate',
    ]);
    expect((await search('hydralazine'))[0]!.lookAlikes).toContain('Hydroxyzine');
    expect(await found('warfarin 55 mg')).toEqual([]);
  });

  it('never takes 5 mg for 50 mg (C-07)', async () => {
    const strengths = async (text: string) => [
      ...new Set((await search(text, 100)).map(({ strength }) => strength)),
    ];
    expect(await strengths('prednisone 5 mg')).toEqual(['5 mg']);
    expect(await strengths('prednisone 50mg')).toEqual(['50 mg']);
    expect(await strengths('warfarin 2')).toEqual(['2 mg']);
    expect(await strengths('levothyroxine 0.05 mg')).toEqual(['50 mcg']);
    expect(await strengths('digoxin 0,125 mg')).toEqual(['125 mcg']);
    for (const text of ['metformin 1,000 mg', 'metformin 1 000 mg'])
      expect((await strengths(text)).every((strength) => /(^|\D)1000 mg/.test(strength))).toBe(true);
    expect((await found('metformin 1 000 mg'))[0]).toBe('EXACT Metformin');
    expect((await strengths('amoxicillin 0.5 g'))[0]).toBe('500 mg');
    expect(new Set((await search('5 mg', 100)).map(({ reason }) => reason))).toEqual(new Set(['PROPERTY']));
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
    expect((await search('C09AA03'))[0]!.matched).toBe('C09AA03');
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
      '1'.repeat(200),
    ])
      expect(Array.isArray(await search(text))).toBe(true);
  });
});

describe('facets (S-24)', () => {
  const facets = (text: string, filter: Filter = {}) =>
    database.as('app', (tx) => searchFacets(tx, { text, filter }));

  it('filter, and count what a further choice would leave', async () => {
    const filter: Filter = { form: ['tablet'], supply: ['otc'] };
    const hits = await search('ibuprofen', 100, null, filter);
    expect(hits.map(({ name, strength }) => `${name} ${strength}`)).toEqual(['Ibuprofen 200 mg']);
    const all = await facets('ibuprofen');
    expect(all).toContainEqual({
      field: 'form',
      value: 'oral-suspension',
      label: 'oral suspension',
      count: 1,
    });
    expect(all).toContainEqual({ field: 'schedule', value: 'CII', label: 'CII', count: 5 });
    expect(all.map(({ field }) => field)).toEqual(
      expect.arrayContaining(['route', 'class', 'category', 'supply', 'company', 'jurisdiction']),
    );
    const otc = await facets('ibuprofen', { supply: ['otc'] });
    // Its own field is counted as if it were not filtered, the others as filtered.
    const count = (list: typeof all, field: string, value: string) =>
      list.find((each) => each.field === field && each.value === value)?.count;
    expect(count(otc, 'supply', 'rx')).toBe(count(all, 'supply', 'rx'));
    expect(count(otc, 'schedule', 'CII')).toBeUndefined();
  });

  it('count what filters then find, for every value', async () => {
    for (const { field, value, count } of await facets('hydrochlorothiazide')) {
      const hits = await search('hydrochlorothiazide', 1000, null, { [field]: [value] });
      expect([field, value, hits.length]).toEqual([field, value, count]);
    }
  });

  it('know no field that is not there', async () => {
    await expect(
      database.as('app', (tx) =>
        tx.query(`SELECT * FROM reference.search_products('a', '{"colour": ["red"]}')`),
      ),
    ).rejects.toThrow('No filter is called colour');
  });
});

describe('what is no longer sold', () => {
  it('is found on request only, from the day after on', async () => {
    const [warfarin] = await search('warfarin', 1);
    const ends = (day: string) =>
      database.as('admin', async (tx) => {
        await tx.query(`UPDATE reference.product SET marketing_end = ${day} WHERE id = $1`, [warfarin!.id]);
        await tx.query('SELECT reference.index_release(release_id) FROM reference.current_release');
      });
    const isFound = async (filter: Filter) =>
      (await search('warfarin', 20, null, filter)).some(({ id }) => id === warfarin!.id);
    await ends('current_date');
    expect(await isFound({})).toBe(true);
    await ends('current_date - 1');
    expect(await isFound({})).toBe(false);
    expect(await isFound({ ended: true })).toBe(true);
    // An index that was made before the day came.
    await database.as('admin', (tx) =>
      tx.query(`UPDATE reference.search_posting SET term = '2000-01-01', places = '{}' WHERE kind = 'ended'`),
    );
    expect(await isFound({})).toBe(false);
    await ends('NULL');
    expect(await isFound({})).toBe(true);
  });
});

describe('ingredients, for allergies', () => {
  const ingredientsFor = (
    text: string,
    first = 10,
    after: IngredientPlace | null = null,
    language?: string,
  ) => database.as('app', (tx) => searchIngredients(tx, { text, language }, { first, after }));

  it('are found as products are, with the reason', async () => {
    expect((await ingredientsFor('warfarin'))[0]).toMatchObject({
      code: 'warfarin',
      reason: 'EXACT',
      preselectable: true,
    });
    expect((await ingredientsFor('B01AA03'))[0]).toMatchObject({ code: 'warfarin', reason: 'CODE' });
    expect((await ingredientsFor('tylenol'))[0]).toMatchObject({
      code: 'acetaminophen',
      reason: 'SYNONYM',
      matched: 'Tylenol',
    });
    expect((await ingredientsFor('penecillin v'))[0]).toMatchObject({
      code: 'penicillin-v',
      reason: 'TYPO',
      preselectable: false,
    });
    expect((await ingredientsFor('hydrox'))[0]).toMatchObject({ reason: 'PREFIX', preselectable: false });
    expect((await ingredientsFor('hydralazine'))[0]!.lookAlikes).toContain('Hydroxyzine');
    expect(await ingredientsFor('')).toEqual([]);
    expect(await ingredientsFor('brontosaurus')).toEqual([]);
  });

  it('are shown by the name in the language asked for', async () => {
    const matched = async (language?: string) =>
      (await ingredientsFor('paracetamol', 1, null, language))[0]!.matched;
    expect(await matched()).toBe('paracetamol');
    expect((await ingredientsFor('amoxi', 1, null, 'es'))[0]!.code).toBe('amoxicillin');
  });

  it('come once each, page after page', async () => {
    const all = (await ingredientsFor('am', 100)).map(({ code }) => code);
    const paged: string[] = [];
    for (let after: IngredientPlace | null = null; ;) {
      const page = await ingredientsFor('am', 4, after);
      paged.push(...page.slice(0, 4).map(({ code }) => code));
      if (page.length <= 4) break;
      after = page[3]!;
    }
    expect(paged).toEqual(all);
    expect(all.length).toBeGreaterThan(8);
  });
});

describe('pages while releases change', () => {
  it('stay in the release they began in, and say so when it is gone', async () => {
    const before = (await search('hydrochlorothiazide', 100)).map(({ id }) => id);
    const page = await search('hydrochlorothiazide', 5);
    const last = page[4]!;
    await database.as('admin', async (tx) => {
      await tx.query("UPDATE reference.release_part SET content_hash = 'older'");
      expect((await loadFormulary(tx)).loaded).toBe(true);
      // The newer release lacks the products of the next page.
      await tx.query(
        `DELETE FROM reference.search_posting WHERE kind IN ('word', 'word*', 'name', 'name*')
            AND release_id = (SELECT release_id FROM reference.current_release)`,
      );
    });
    const rest = await search('hydrochlorothiazide', 100, last);
    expect([...page.slice(0, 5), ...rest].map(({ id }) => id)).toEqual(before);
    expect((await search('hydrochlorothiazide')).some(({ reason }) => reason === 'EXACT')).toBe(false);

    await database.as('admin', (tx) => tx.query('SELECT reference.unindex_release($1)', [last.release]));
    await expect(search('hydrochlorothiazide', 100, last)).rejects.toThrow('out of date');
  });
});
