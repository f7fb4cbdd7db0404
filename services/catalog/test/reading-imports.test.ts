import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { inTransaction, type Tx } from '@carethread/bus/transaction.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { startTestService, type TestService } from '@carethread/service-kit/testing/test-service.ts';
import pg from 'pg';
import { readCatalogConfig } from '../src/config.ts';
import { importBdpm } from '../src/import-bdpm/import-bdpm.ts';
import { importNdc } from '../src/import-ndc/import-ndc.ts';
import { reviewed } from '../src/release/concerns.ts';
import { cisProductId, ndcProductId } from '../src/release/product-id.ts';
import { replacePart } from '../src/release/replace-part.ts';
import { createCatalogService } from '../src/service.ts';
import { writeTable } from './importing.ts';
import { tinyFormulary } from './tiny-formulary.ts';

let catalog: TestService;
let folder: string;
let admin: pg.Pool;
const quiet = { onBytes: () => {}, onLine: () => {} };
const make = <Result>(work: (tx: Tx) => Promise<Result>) => inTransaction(admin, work);

beforeAll(async () => {
  [catalog, folder] = await Promise.all([
    startTestService('catalog', resolve(import.meta.dirname, '..'), (env) =>
      createCatalogService(readCatalogConfig(env), { now: () => new Date('2026-11-20T12:00:00Z') }),
    ),
    mkdtemp(join(tmpdir(), 'reading-')),
  ]);
  admin = new pg.Pool({ connectionString: catalog.loginUrl('admin'), max: 1, pipeline: true });
  const path = (name: string) => join(folder, name);
  const column = 'Procédure nationale';
  const cis = (code: string, name: string) =>
    `${code}|${name}|comprimé|orale|Autorisation active|${column}|Commercialisée||||TEST|Non`.split('|');
  await writeTable(path('cis'), [
    cis('60000001', 'WARFARINE TEST 5 mg, comprimé'),
    cis('60000002', 'WARFARINE AUTRE 5 mg, comprimé'),
  ]);
  await writeTable(path('cip'), [
    [
      '60000001',
      '4949729',
      '30 comprimés',
      'Présentation active',
      'Déclaration de commercialisation',
      '16/03/2011',
      '3400949497294',
      'oui',
      '65%',
      '24,34',
      '25,36',
      '1,02',
      '',
    ],
  ]);
  await writeTable(path('compo'), [
    ['60000001', 'comprimé', '1', 'WARFARINE SODIQUE', '5 mg', 'un comprimé', 'SA', '1'],
  ]);
  await writeTable(path('gener'), [
    ['1', 'WARFARINE', '60000001', '0', '1'],
    ['1', 'WARFARINE', '60000002', '1', '2'],
  ]);
  const products = (schedule: string) =>
    [
      'PRODUCTNDC\tPRODUCTTYPENAME\tPROPRIETARYNAME\tNONPROPRIETARYNAME\tDOSAGEFORMNAME\tROUTENAME\tLABELERNAME\tSUBSTANCENAME\tACTIVE_NUMERATOR_STRENGTH\tACTIVE_INGRED_UNIT\tDEASCHEDULE\tENDMARKETINGDATE',
      `0001-0001\tHUMAN PRESCRIPTION DRUG\tBrand\tCodeine\tTABLET\tORAL\tAcme\tCODEINE SULFATE\t30\tmg/1\t${schedule}\t20300101`,
    ].join('\n');
  await writeFile(
    path('package'),
    'PRODUCTNDC\tNDCPACKAGECODE\tPACKAGEDESCRIPTION\n0001-0001\t0001-0001-02\t30 TABLET',
  );
  await make((tx) => replacePart(tx, tinyFormulary(), reviewed));
  await make((tx) =>
    importBdpm(
      tx,
      { products: path('cis'), packages: path('cip'), composition: path('compo'), generics: path('gener') },
      quiet,
      { sourceDate: '2026-07-24' },
    ),
  );
  for (const schedule of ['CII', '']) {
    await writeFile(path('product'), products(schedule));
    await make((tx) =>
      importNdc(tx, { productFile: path('product'), packageFile: path('package') }, quiet, {
        limits: reviewed,
      }),
    );
  }
}, 600_000);
afterAll(async () => {
  await admin?.end();
  await Promise.all([catalog?.close(), folder && rm(folder, { recursive: true })]);
});

const doctor = person('doctor');
const keeper = person('administrator');
const ask = (query: string, variables: object = {}, who = doctor): Promise<any> =>
  catalog.query(who, query, variables);

it('shows packages with their codes and prices, and where a product is sold until when', async () => {
  const query = `query P($id: ID!) { product(id: $id) { name jurisdiction marketStatus marketingEnd printedName { name language }
    genericGroups { code name kind others { id } }
    prices { packageCode kind amountMinor currency percent validFrom source }
    packages { code sample codes { system value } prices { kind } } } }`;
  const { product: french } = await ask(query, { id: cisProductId('60000001') });
  expect(french).toMatchObject({
    jurisdiction: 'FR',
    marketStatus: 'MARKETED',
    marketingEnd: null,
    genericGroups: [
      { code: '1', name: 'WARFARINE', kind: 'REFERENCE', others: [{ id: cisProductId('60000002') }] },
    ],
    printedName: { name: 'WARFARINE TEST 5 mg, comprimé', language: 'fr' },
    packages: [
      {
        code: '3400949497294',
        codes: [
          { system: 'CIP13', value: '3400949497294' },
          { system: 'CIP7', value: '4949729' },
          { system: 'GTIN', value: '03400949497294' },
        ],
      },
    ],
  });
  expect(french.prices).toContainEqual({
    packageCode: '3400949497294',
    kind: 'PUBLIC_WITH_FEE',
    amountMinor: 2536,
    currency: 'EUR',
    percent: null,
    validFrom: '2026-07-24',
    source: 'Base de données publique des médicaments (France)',
  });
  expect(french.prices).toContainEqual(
    expect.objectContaining({ kind: 'REIMBURSEMENT', percent: '65', amountMinor: null }),
  );
  const { product: american } = await ask(query, { id: ndcProductId('0001-0001') });
  expect(american).toMatchObject({
    jurisdiction: 'US',
    marketingEnd: '2030-01-01',
    printedName: null,
    prices: [],
  });
  expect(american.packages[0].codes).toContainEqual({ system: 'GTIN', value: '00300010001029' });
});

it('reads a DataMatrix with lot and expiry, and finds the package (C-09)', async () => {
  const query =
    'query C($code: String!) { readCode(code: $code) { gtin lot serial expiresOn matches { product { id } package { code } } } }';
  const { readCode } = await ask(query, { code: '01034009494972941728020010AB-12\u001d21S9' });
  expect(readCode).toEqual({
    gtin: '03400949497294',
    lot: 'AB-12',
    serial: 'S9',
    expiresOn: '2028-02-29',
    matches: [{ product: { id: cisProductId('60000001') }, package: { code: '3400949497294' } }],
  });
  for (const code of ['0001-0001-02', '00001-0001-02', '0001000102', '300010001029', '00300010001029'])
    expect((await ask(query, { code })).readCode.matches).toEqual([
      { product: { id: ndcProductId('0001-0001') }, package: { code: '0001-0001-02' } },
    ]);
  expect((await ask(query, { code: '3400949497295' })).readCode.matches).toEqual([]);
  expect((await ask(query, { code: 'warfarin' })).readCode).toBeNull();
});

it('lists releases with their parts to those who look after the catalog', async () => {
  const query = `{ catalogReleases(first: 2) { pageInfo { hasNextPage endCursor } edges { node {
    release { number } inForce pruned concerns parts { origin sourceName licence sourceDate counts { kind count } } } } } }`;
  const { catalogReleases } = await ask(query, {}, keeper);
  expect(catalogReleases.pageInfo.hasNextPage).toBe(true);
  expect(catalogReleases.edges.map(({ node }: any) => [node.release.number, node.inForce])).toEqual([
    [4, true],
    [3, false],
  ]);
  expect(catalogReleases.edges[0].node.parts).toContainEqual(
    expect.objectContaining({ origin: 'bdpm', sourceDate: '2026-07-24' }),
  );
  const { errors } = await catalog.ask(doctor, query);
  expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
});

it('shows how two releases differ, page by page', async () => {
  const query = `query D($from: Int!, $to: Int!, $after: String) {
    catalogReleaseDifference(from: $from, to: $to, first: 1, after: $after) {
      counts { kind origin added changed withdrawn suspicious }
      pageInfo { hasNextPage endCursor }
      edges { node { kind id origin change suspicious before { field value } after { field value } } } } }`;
  const { catalogReleaseDifference: changed } = await ask(query, { from: 3, to: 4 }, keeper);
  expect(changed.edges).toEqual([
    {
      node: {
        kind: 'PRODUCT',
        id: ndcProductId('0001-0001'),
        origin: 'ndc',
        change: 'CHANGED',
        suspicious: 'SCHEDULE_DROPPED',
        before: [{ field: 'schedule', value: 'CII' }],
        after: [],
      },
    },
  ]);
  expect(changed.counts).toContainEqual({
    kind: 'PRODUCT',
    origin: 'ndc',
    added: 0,
    changed: 1,
    withdrawn: 0,
    suspicious: 1,
  });
  const { catalogReleaseDifference: added } = await ask(query, { from: 2, to: 4 }, keeper);
  expect(added.edges[0].node.kind).toBe('PACKAGE');
  const { catalogReleaseDifference: next } = await ask(
    query,
    { from: 2, to: 4, after: added.pageInfo.endCursor },
    keeper,
  );
  expect(next.edges[0].node.kind).toBe('PRODUCT');
  expect((await ask(query, { from: 1, to: 99 }, keeper)).catalogReleaseDifference).toBeNull();
});
