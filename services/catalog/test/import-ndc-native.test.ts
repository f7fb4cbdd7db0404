import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { importNdc } from '../src/import-ndc/import-ndc.ts';
import { reviewed } from '../src/release/concerns.ts';
import { ndcProductId } from '../src/release/product-id.ts';
import { replacePart } from '../src/release/replace-part.ts';
import { type CatalogDatabase, createCatalogDatabase } from './catalog-database.ts';
import { imported, inRelease } from './importing.ts';
import { tinyFormulary } from './tiny-formulary.ts';

// The columns of the FDA's own files, in their order.
const productColumns =
  'PRODUCTID PRODUCTNDC PRODUCTTYPENAME PROPRIETARYNAME PROPRIETARYNAMESUFFIX NONPROPRIETARYNAME DOSAGEFORMNAME ROUTENAME STARTMARKETINGDATE ENDMARKETINGDATE MARKETINGCATEGORYNAME APPLICATIONNUMBER LABELERNAME SUBSTANCENAME ACTIVE_NUMERATOR_STRENGTH ACTIVE_INGRED_UNIT PHARM_CLASSES DEASCHEDULE NDC_EXCLUDE_FLAG LISTING_RECORD_CERTIFIED_THROUGH';
const unfinishedColumns =
  'PRODUCTID PRODUCTNDC PRODUCTTYPENAME NONPROPRIETARYNAME DOSAGEFORMNAME STARTMARKETINGDATE ENDMARKETINGDATE MARKETINGCATEGORYNAME LABELERNAME SUBSTANCENAME ACTIVE_NUMERATOR_STRENGTH ACTIVE_INGRED_UNIT DEASCHEDULE LISTING_RECORD_CERTIFIED_THROUGH';
const packageColumns =
  'PRODUCTID PRODUCTNDC NDCPACKAGECODE PACKAGEDESCRIPTION STARTMARKETINGDATE ENDMARKETINGDATE NDC_EXCLUDE_FLAG SAMPLE_PACKAGE';

const product = (ndc: string, own: Record<string, string> = {}): string => {
  const fields: Record<string, string> = {
    PRODUCTID: `${ndc}_aaaa`,
    PRODUCTNDC: ndc,
    PRODUCTTYPENAME: 'HUMAN PRESCRIPTION DRUG',
    PROPRIETARYNAME: 'Brand',
    NONPROPRIETARYNAME: 'Codeine',
    DOSAGEFORMNAME: 'TABLET',
    ROUTENAME: 'ORAL',
    STARTMARKETINGDATE: '20100105',
    MARKETINGCATEGORYNAME: 'ANDA',
    LABELERNAME: 'Acme',
    SUBSTANCENAME: 'CODEINE SULFATE',
    ACTIVE_NUMERATOR_STRENGTH: '30',
    ACTIVE_INGRED_UNIT: 'mg/1',
    NDC_EXCLUDE_FLAG: 'N',
    LISTING_RECORD_CERTIFIED_THROUGH: '20271231',
    ...own,
  };
  return productColumns
    .split(' ')
    .map((name) => fields[name] ?? '')
    .join('\t');
};
const products = [
  productColumns.replaceAll(' ', '\t'),
  product('0001-0001', { PROPRIETARYNAMESUFFIX: 'XR', DEASCHEDULE: 'CII' }),
  product('0001-0002', { ENDMARKETINGDATE: '20150101' }),
  product('0001-0003', { NDC_EXCLUDE_FLAG: 'E' }),
  product('0001-0004', { MARKETINGCATEGORYNAME: 'Export only' }),
  product('0001-0005', { STARTMARKETINGDATE: '20200101', ENDMARKETINGDATE: '20190101' }),
  product('0001-0006', { STARTMARKETINGDATE: '20201399' }),
  product('0001-0007', { DEASCHEDULE: 'CI' }),
  product('0001-0008', { PROPRIETARYNAME: '"Quoted ""Name"""' }),
  product('0001-0009', { PROPRIETARYNAME: 'Patch 5" wide' }),
  `${product('0001-0010')}\textra`,
  product('0001-0011', { PRODUCTTYPENAME: 'VACCINE' }),
  product('0001-0001', { PRODUCTID: '0001-0001_bbbb' }),
  product('0001-0012', { ACTIVE_NUMERATOR_STRENGTH: '0' }),
  // 0xE9 alone is é in Windows-1252 and no UTF-8; the line after it is UTF-8.
  product('0001-0013', { PROPRIETARYNAME: 'Caf\u00e9' }),
];
const packages = [
  packageColumns.replaceAll(' ', '\t'),
  '0001-0001_aaaa\t0001-0001\t0001-0001-01\t30 TABLET in 1 BOTTLE\t20100105\t\tN\tN',
  '0001-0001_aaaa\t0001-0001\t0001-0001-02\t2 TABLET in 1 BOTTLE\t20100105\t20110101\tN\tY',
  '0001-0001_aaaa\t0001-0001\t0001-0001-03\t2 TABLET in 1 BOTTLE\t2010',
];
const unfinished = [
  unfinishedColumns.replaceAll(' ', '\t'),
  '0002-0001_a\t0002-0001\tBULK INGREDIENT\tCodeine\tPOWDER\t20150101\t\tBULK INGREDIENT\tAcme\tCODEINE\t1\tkg/kg\tCII\t20271231',
  '0002-0002_a\t0002-0002\tBULK INGREDIENT FOR ANIMAL DRUG COMPOUNDING\tCodeine\tPOWDER\t\t\t\tAcme\tCODEINE\t1\tkg/kg\t\t',
];

let database: CatalogDatabase;
let folder: string;
let first: Awaited<ReturnType<typeof run>>;
const run = () =>
  imported(database, (tx, listener) =>
    importNdc(
      tx,
      {
        productFile: join(folder, 'product.txt'),
        packageFile: join(folder, 'package.txt'),
        unfinishedProductFile: join(folder, 'unfinished.txt'),
      },
      listener,
    ),
  );

beforeAll(async () => {
  [database, folder] = await Promise.all([createCatalogDatabase(), mkdtemp(join(tmpdir(), 'native-'))]);
  const bom = Buffer.from([0xef, 0xbb, 0xbf]);
  const utf8 = Buffer.from(`${product('0001-0014', { PROPRIETARYNAME: 'Caf\u00e9' })}\r\n`, 'utf8');
  await writeFile(
    join(folder, 'product.txt'),
    Buffer.concat([bom, Buffer.from(products.map((row) => `${row}\r\n`).join(''), 'latin1'), utf8]),
  );
  await writeFile(join(folder, 'package.txt'), packages.join('\r\n'));
  await writeFile(join(folder, 'unfinished.txt'), Buffer.from(unfinished.join('\r\n'), 'latin1'));
  await database.as('admin', (tx) => replacePart(tx, tinyFormulary(), reviewed));
  first = await run();
});
afterAll(async () => {
  await Promise.all([database?.drop(), folder && rm(folder, { recursive: true })]);
});

const shown = (ndc: string) =>
  inRelease<Record<string, unknown>>(
    database,
    `SELECT brand_name AS brand, schedule, market_status AS status, marketing_start::text AS start, marketing_end::text AS end
       FROM reference.product WHERE release_id = release_in_force AND id = $1`,
    [ndcProductId(ndc)],
  ).then(([row]) => row);

it("takes the FDA's own layout and names every line it leaves out", () => {
  expect(first.result).toMatchObject({ outcome: 'published', counts: { products: 13, packages: 2 } });
  expect(first.skipped).toEqual([
    'product 8: 0001-0007: schedule I cannot be prescribed',
    'product 11: has 21 fields instead of 20',
    'product 13: 0001-0001 was there before',
    'unfinished product 3: 0002-0002: "BULK INGREDIENT FOR ANIMAL DRUG COMPOUNDING" is not for people',
    'package 4: has 5 fields instead of 8',
  ]);
  expect(first.remarks).toEqual([
    'product 6: 0001-0005: sold until 2019-01-01 but only from 2020-01-01, both left out',
    'product 7: 0001-0006: "20201399" is no date, left out',
    'product 14: 0001-0012: cannot read the strength 0 mg/1, left out',
  ]);
});

it.each([
  ['0001-0001', { brand: 'Brand XR', schedule: 'CII', status: 'marketed', start: '2010-01-05', end: null }],
  ['0001-0002', { status: 'marketed', end: '2015-01-01', schedule: null }],
  ['0001-0003', { status: 'excluded' }],
  ['0001-0004', { status: 'not_marketed' }],
  ['0001-0005', { start: null, end: null }],
  ['0001-0008', { brand: 'Quoted "Name"' }],
  ['0001-0009', { brand: 'Patch 5" wide' }],
  ['0001-0011', { status: 'marketed' }],
  ['0001-0013', { brand: 'Caf\u00e9' }],
  ['0001-0014', { brand: 'Caf\u00e9' }],
  ['0002-0001', { brand: null, schedule: 'CII', status: 'unfinished' }],
])('%s is %j', async (ndc, expected) => expect(await shown(ndc)).toMatchObject(expected));

it('knows when a package was sold, and which are samples', async () => {
  expect(
    await inRelease(
      database,
      `SELECT code, marketing_end::text, sample FROM reference.package WHERE release_id = release_in_force ORDER BY code`,
    ),
  ).toEqual([
    { code: '0001-0001-01', marketing_end: null, sample: false },
    { code: '0001-0001-02', marketing_end: '2011-01-01', sample: true },
  ]);
});
