import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadFormulary } from '../src/formulary/load-formulary.ts';
import type { BdpmFiles } from '../src/import-bdpm/bdpm-files.ts';
import { importBdpm } from '../src/import-bdpm/import-bdpm.ts';
import { cisProductId } from '../src/release/product-id.ts';
import { type CatalogDatabase, createCatalogDatabase } from './catalog-database.ts';
import { imported, inRelease, writeTable } from './importing.ts';

const cis = (code: string, name: string, form: string, ...rest: string[]) => [
  code,
  name,
  form,
  rest[0] ?? 'orale',
  rest[1] ?? 'Autorisation active',
  'Procédure nationale',
  rest[2] ?? 'Commercialisée',
  '12/03/1998',
  '',
  '',
  ' LABORATOIRE TEST',
  'Non',
];
const products = [
  cis('60000001', 'AMOXICILLINE TEST 500 mg, gélule', 'gélule'),
  cis('60000002', 'IBUPROFÈNE TEST 200 mg, comprimé pelliculé', 'comprimé pelliculé'),
  cis(
    '60000003',
    'PÉRINDOPRIL D\u0092ESSAI 4 mg, comprimé',
    'comprimé',
    'orale',
    'Autorisation active',
    'Non commercialisée',
  ),
  cis('60000004', 'INCONNUXINE 5 mg, comprimé', 'comprimé', 'orale', 'Autorisation abrogée'),
  cis(
    '60000005',
    'BICOLORE, comprimé pelliculé',
    'comprimé pelliculé et  comprimé pelliculé',
    'orale;sublinguale',
  ),
  cis('60000001', 'DEUX FOIS', 'gélule'),
  cis('6000', 'COURT', 'gélule'),
  ['60000009', 'trop', 'peu'],
];
const composition = [
  ['60000001', 'gélule', '1', 'AMOXICILLINE TRIHYDRATÉE', '574 mg', 'une gélule', 'SA', '1'],
  ['60000001', 'gélule', '2', 'AMOXICILLINE ANHYDRE', '500,00 mg', 'une gélule', 'FT', '1'],
  ['60000002', 'comprimé', '3', 'IBUPROFÈNE', '200 mg', 'un comprimé', 'SA', '1'],
  ['60000003', 'comprimé', '4', 'PÉRINDOPRIL (TOSILATE DE)', '1,5 à 2 mg', 'un comprimé', 'SA', '1'],
  ['60000004', 'comprimé', '5', 'CHLORHYDRATE D\u0092INCONNUXINE', '5 mg', 'un comprimé', 'SA', '1'],
  ['60000005', 'comprimé rouge', '6', 'ÉTHINYLESTRADIOL', '30 microgrammes', 'un comprimé', 'SA', '1'],
  ['60000005', 'comprimé blanc', '6', 'ÉTHINYLESTRADIOL', '40 microgrammes', 'un comprimé', 'SA', '2'],
  ['60000005', 'comprimé blanc', '6', 'ÉTHINYLESTRADIOL', '40 microgrammes', 'un comprimé', 'XX', '2'],
  ['69999999', 'comprimé', '6', 'ÉTHINYLESTRADIOL', '40 microgrammes', 'un comprimé', 'SA', '2'],
];
const cip = (
  code: string,
  cip7: string,
  cip13: string,
  prices: readonly string[],
  marketing = 'Déclaration de commercialisation',
) => [
  code,
  cip7,
  'plaquette(s) de 30 comprimé(s)',
  'Présentation active',
  marketing,
  '16/03/2011',
  cip13,
  'oui',
  ...prices,
  '',
];
const packages = [
  cip('60000001', '4949729', '3400949497294', ['65 %', '1,466,29', '1,467,31', '1,02']),
  cip('60000002', '4949770', '3400949497706', ['100%', '24,34', '25,36', '1,02']),
  cip('60000003', '3696350', '3400936963504', ['', '', '', ''], "Déclaration d'arrêt de commercialisation"),
  cip('60000002', '3614582', '3400936145825', ['30 % ou 65 %', '1.54', '', '']),
  cip('60000002', '3972519', '3400939725192', ['', '1,00', '3,00', '1,02']),
  cip('60000002', '3972519', '3400939725193', ['', '', '', '']),
  cip('69999999', '3011679', '3400930116791', ['', '', '', '']),
];
const generics = [
  ['1', 'AMOXICILLINE 500 mg', '60000001', '0', '1'],
  ['1', 'AMOXICILLINE 500 mg', '60000002', '1', '2'],
  ['1', 'AMOXICILLINE 500 mg', '60000003', '7', '3'],
  ['1', 'AMOXICILLINE 500 mg', '69999999', '1', '4'],
];

let database: CatalogDatabase;
let folder: string;
let files: BdpmFiles;
const run = () =>
  imported(database, (tx, listener) => importBdpm(tx, files, listener, { sourceDate: '2026-07-24' }));
let first: Awaited<ReturnType<typeof run>>;

beforeAll(async () => {
  [database, folder] = await Promise.all([createCatalogDatabase(), mkdtemp(join(tmpdir(), 'bdpm-'))]);
  files = {
    products: join(folder, 'CIS_bdpm.txt'),
    packages: join(folder, 'CIS_CIP_bdpm.txt'),
    composition: join(folder, 'CIS_COMPO_bdpm.txt'),
    generics: join(folder, 'CIS_GENER_bdpm.txt'),
  };
  await writeTable(files.products, products, { encoding: 'latin1', end: '\r\n' });
  await writeTable(files.composition, composition, { encoding: 'latin1' });
  await writeTable(files.packages, packages);
  await writeTable(files.generics, generics, { encoding: 'latin1', end: '\r\n' });
  await database.as('admin', loadFormulary);
  first = await run();
});
afterAll(async () => {
  await Promise.all([database?.drop(), folder && rm(folder, { recursive: true })]);
});

it('takes what it can and names the rest with line and reason', () => {
  expect(first.result).toMatchObject({
    outcome: 'published',
    counts: { products: 5, packages: 5, groups: 1, skipped: first.skipped.length },
  });
  expect(first.skipped).toEqual([
    'CIS_COMPO 8: 60000005: "XX" is neither SA nor FT',
    'CIS 6: 60000001 was there before',
    'CIS 7: "6000" is no CIS code',
    'CIS 8: has 3 fields instead of 12',
    'CIS_CIP 6: "3400939725193" is no CIP13 code',
    'CIS_CIP 7: 3400930116791: its product 69999999 was not taken',
    'CIS_GENER 3: 1: "7" is no kind of member',
    'CIS_GENER 4: 1: its product 69999999 was not taken',
  ]);
  expect(first.remarks).toEqual([
    'CIS 3: 60000003: an amount cannot be read or is not one, left out',
    'CIS 5: 60000005: an amount cannot be read or is not one, left out',
    'CIS_COMPO 0: 69999999: is no product of CIS',
    'CIS_CIP 4: 3400936145825: cannot read the price "1.54", left out',
    'CIS_CIP 4: 3400936145825: cannot read the rate "30 % ou 65 %", left out',
    'CIS_CIP 5: 3400939725192: 1,00 and the fee 1,02 are not 3,00, prices left out',
  ]);
});

it('finds the ingredient behind salts, accents and endings, with the amount of what acts', async () => {
  const rows = await inRelease<{ cis: string; code: string; strength: string | null; form: string }>(
    database,
    `SELECT value AS cis, ingredient_code AS code, strength, form_code AS form FROM reference.product
       JOIN reference.product_code code ON code.release_id = product.release_id AND code.product_id = product.id
       JOIN reference.product_ingredient part ON part.release_id = product.release_id AND part.product_id = product.id
      WHERE product.release_id = release_in_force AND system = 'CIS' ORDER BY value`,
  );
  expect(rows).toEqual([
    { cis: '60000001', code: 'amoxicillin', strength: '500 mg', form: 'capsule' },
    { cis: '60000002', code: 'ibuprofen', strength: '200 mg', form: 'tablet' },
    { cis: '60000003', code: 'perindopril', strength: null, form: 'tablet' },
    { cis: '60000004', code: 'chlorhydrate-dinconnuxine', strength: '5 mg', form: 'tablet' },
    {
      cis: '60000005',
      code: 'ethinyl-estradiol',
      strength: null,
      form: 'comprime-pellicule-et-comprime-pellicule',
    },
  ]);
  expect(
    await inRelease(
      database,
      `SELECT reviewed, origin FROM reference.ingredient WHERE release_id = release_in_force AND code = 'chlorhydrate-dinconnuxine'`,
    ),
  ).toEqual([{ reviewed: false, origin: 'bdpm' }]);
});

it('knows French names, where a product is authorised and what is no longer sold', async () => {
  const rows = await inRelease(
    database,
    `SELECT brand_name, printed_name, language, jurisdiction, market_status, marketing_end::text FROM reference.product
      WHERE release_id = release_in_force AND id = ANY ($1) ORDER BY brand_name COLLATE "C"`,
    [['60000001', '60000003', '60000004'].map(cisProductId)],
  );
  expect(rows).toEqual([
    {
      brand_name: 'AMOXICILLINE TEST',
      printed_name: 'AMOXICILLINE TEST 500 mg, gélule',
      language: 'fr',
      jurisdiction: 'FR',
      market_status: 'marketed',
      marketing_end: null,
    },
    expect.objectContaining({ brand_name: 'INCONNUXINE', market_status: 'excluded' }),
    expect.objectContaining({
      brand_name: 'PÉRINDOPRIL D’ESSAI',
      market_status: 'not_marketed',
      marketing_end: '2011-03-16',
    }),
  ]);
  expect(
    await inRelease(
      database,
      `SELECT ingredient_code, name FROM reference.ingredient_synonym
        WHERE release_id = release_in_force AND origin = 'bdpm' AND language = 'fr' ORDER BY 1`,
    ),
  ).toContainEqual({ ingredient_code: 'ibuprofen', name: 'ibuprofene' });
});

describe('prices', () => {
  it('are whole cents, whatever the commas', async () => {
    expect(
      await inRelease(
        database,
        `SELECT package_code, kind, amount_minor::int, currency, percent::float, valid_from::text FROM reference.package_price
          WHERE release_id = release_in_force AND package_code = '3400949497294' ORDER BY kind`,
      ),
    ).toEqual(
      [
        { kind: 'fee', amount_minor: 102, currency: 'EUR', percent: null },
        { kind: 'public', amount_minor: 146_629, currency: 'EUR', percent: null },
        { kind: 'public_with_fee', amount_minor: 146_731, currency: 'EUR', percent: null },
        { kind: 'reimbursement', amount_minor: null, currency: null, percent: 65 },
      ].map((price) => ({ package_code: '3400949497294', valid_from: '2026-07-24', ...price })),
    );
  });

  it('are left out where they contradict each other', async () => {
    expect(
      await inRelease(
        database,
        `SELECT kind FROM reference.package_price WHERE release_id = release_in_force AND package_code = '3400939725192'`,
      ),
    ).toEqual([]);
  });
});

it('has the codes of each package, and who belongs together', async () => {
  expect(
    await inRelease(
      database,
      `SELECT system, value FROM reference.product_code
        WHERE release_id = release_in_force AND package_code = '3400949497294' ORDER BY system`,
    ),
  ).toEqual([
    { system: 'CIP13', value: '3400949497294' },
    { system: 'CIP7', value: '4949729' },
    { system: 'GTIN', value: '03400949497294' },
  ]);
  expect(
    await inRelease(
      database,
      `SELECT group_code, kind FROM reference.generic_group_member WHERE release_id = release_in_force ORDER BY kind`,
    ),
  ).toEqual([
    { group_code: '1', kind: 'generic' },
    { group_code: '1', kind: 'reference' },
  ]);
});

it('changes nothing the second time', async () => {
  expect((await run()).result).toMatchObject({ outcome: 'unchanged' });
});
