import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadFormulary } from '../src/formulary/load-formulary.ts';
import { importNdc } from '../src/import-ndc/import-ndc.ts';
import type { ImportWish } from '../src/importing/import-wish.ts';
import type { Note } from '../src/importing/listener.ts';
import { currentRelease } from '../src/release/current-release.ts';
import { type ReleaseDifference, totalsOf } from '../src/release/compare-releases.ts';
import { withProducts } from '../src/release/load-products.ts';
import { ndcProductId } from '../src/release/product-id.ts';
import { publishAgain } from '../src/release/publish-again.ts';
import { releaseInForce } from '../src/release/publish-release.ts';
import { screen } from '../src/screen/screen.ts';
import { searchProducts } from '../src/searching/search-products.ts';
import { type CatalogDatabase, createCatalogDatabase } from './catalog-database.ts';
import { inputOf, line } from './screening-input.ts';

const productHeader =
  'PRODUCTNDC\tPRODUCTTYPENAME\tPROPRIETARYNAME\tNONPROPRIETARYNAME\tDOSAGEFORMNAME\tROUTENAME\tLABELERNAME\tSUBSTANCENAME\tACTIVE_NUMERATOR_STRENGTH\tACTIVE_INGRED_UNIT\tPHARM_CLASSES';
const rx = 'HUMAN PRESCRIPTION DRUG';
const products = [
  productHeader,
  `0002-1200\t${rx}\tZestril\tLisinopril\tTABLET, FILM COATED\tORAL\tAcme\tLISINOPRIL DIHYDRATE\t10\tmg/1\t`,
  `0003-1234\t${rx}\tLisinopril\tLisinopril\tTABLET\tORAL\tOther Corp\tLISINOPRIL\t10\tmg/1\t`,
  `0004-0001\t${rx}\tXyzzyl\tXyzzyline\tCAPSULE\tORAL\tAcme\tXYZZYLINE SODIUM\t.5\tmg/1\t`,
  `0005-0001\t${rx}\tTravel Kit\tVarious\tKIT\t\tAcme\t\t\t\t`,
  `0006-0001\t${rx}\tCodeine compound\tAcetaminophen and Codeine\tTABLET\tORAL\tAcme\tACETAMINOPHEN; CODEINE PHOSPHATE\t300; 30\tmg/1; mg/1\t`,
  `0007-0001\t${rx}\tTwo of three\tMix\tTABLET\tORAL\tAcme\tFOLIC ACID; THIAMINE\t1\tmg/1\t`,
  `12-34\t${rx}\tBad\tBad\tTABLET\tORAL\tAcme\tBAD\t1\tmg/1\t`,
  'too\tfew',
  `0002-1200\t${rx}\tZestril\tLisinopril\tTABLET\tORAL\tAcme\tLISINOPRIL\t10\tmg/1\t`,
  `0008-0001\tVETERINARY\tDog\tDog\tTABLET\tORAL\tAcme\tDOGOLINE\t1\tmg/1\t`,
];
const packages = [
  'PRODUCTNDC\tNDCPACKAGECODE\tPACKAGEDESCRIPTION\tNDC11',
  '0002-1200\t0002-1200-10\t30 TABLET in 1 BOTTLE\t00002120010',
  '0002-1200\t0002-1200-20\t90 TABLET in 1 BOTTLE\t00002120020',
  '0009-0001\t0009-0001-01\tlost\t00009000101',
  '0002-1200\t0002-1200-10\tagain\t00002120010',
  '0002-1200\t0002-1200-BX\tletters\t',
];

let database: CatalogDatabase;
let folder: string;
beforeAll(async () => {
  [database, folder] = await Promise.all([createCatalogDatabase(), mkdtemp(join(tmpdir(), 'ndc-'))]);
  // One name as Windows-1252 has it: not valid UTF-8.
  const bytes = Buffer.concat([
    Buffer.from(products.join('\r\n')),
    Buffer.from(`\r\n0010-0001\t${rx}\tCaf`),
    Buffer.from([0xe9]),
    Buffer.from('ine\tCaffeine\tTABLET\tORAL\tAcme\tCAFFEINE\t100\tmg/1\t\r\n'),
  ]);
  await writeFile(join(folder, 'product.txt.gz'), gzipSync(bytes));
  await writeFile(join(folder, 'package.txt'), packages.join('\n'));
});
afterAll(async () => {
  await Promise.all([database?.drop(), folder && rm(folder, { recursive: true })]);
});

const files = () => ({
  productFile: join(folder, 'product.txt.gz'),
  packageFile: join(folder, 'package.txt'),
});
const run = async (from = files(), wish: ImportWish = {}) => {
  const notes: Note[] = [];
  const result = await database.as('admin', (tx) =>
    importNdc(tx, from, { onBytes: () => {}, onLine: (note) => void notes.push(note) }, wish),
  );
  return { result, notes };
};
const found = (text: string) =>
  database.as('app', async (tx) => {
    const page = await searchProducts(tx, { text, filter: {} }, { first: 50, after: null });
    return page.map(({ id, reason }) => [reason, id]);
  });
const inForce = () => database.as('app', releaseInForce);

it('needs the formulary first', async () => {
  await expect(run()).rejects.toThrow('The catalog has no release yet');
});

describe('an import over the formulary (C-02)', () => {
  let imported: Awaited<ReturnType<typeof run>>;

  beforeAll(async () => {
    await database.as('admin', loadFormulary);
    imported = await run();
  });

  it('takes what it can and counts', () => {
    expect(imported.result).toMatchObject({
      outcome: 'published',
      release: { number: 2 },
      counts: { products: 7, packages: 2, skipped: 7, remarks: 2 },
      concerns: [],
    });
    const { difference } = imported.result as { difference: ReleaseDifference };
    expect(totalsOf(difference, 'product')).toMatchObject({ added: 7, withdrawn: 0, changed: 0 });
    expect(totalsOf(difference, 'package')).toMatchObject({ added: 2 });
  });

  it('names every line that it left out, with the reason', () => {
    const { notes } = imported;
    const skipped = notes.filter(({ kind }) => kind === 'skipped');
    expect(skipped.map(({ file, line: number, text }) => `${file} ${number}: ${text}`)).toEqual([
      'product 8: "12-34" is no product code',
      'product 9: has 2 fields instead of 11',
      'product 10: 0002-1200 was there before',
      'product 11: 0008-0001: "VETERINARY" is not for people',
      'package 4: 0009-0001-01: its product 0009-0001 was not taken',
      'package 5: 0002-1200-10 was there before',
      'package 6: "0002-1200-BX" is no package code',
    ]);
    expect(notes.filter(({ kind }) => kind === 'remark').map(({ text }) => text)).toEqual([
      '0005-0001: no substance is named, so it cannot be screened',
      '0007-0001: 1 strengths and 1 units for 2 substances, left out',
    ]);
  });

  it('changes nothing the second time, packed or not', async () => {
    expect((await run()).result).toMatchObject({ outcome: 'unchanged', release: { number: 2 } });
  });

  it('finds a product by its name and by every printed form of its codes (C-09)', async () => {
    const id = ndcProductId('0002-1200');
    expect(await found('zestril 10 mg')).toContainEqual(['EXACT', id]);
    for (const code of [
      '0002-1200',
      '0002-1200-10',
      '00002-1200-20',
      '00002120010',
      '0002120010',
      '300021200107',
    ])
      expect(await found(code)).toEqual([['CODE', id]]);
    expect(await found('cafeine')).toContainEqual(['EXACT', ndcProductId('0010-0001')]);
  });

  it('takes over what the formulary knows: substance without salt, schedule, equivalents', async () => {
    const [codeine] = await database.as('app', (tx) =>
      tx.query<{ schedule: string; category: string; strength: string }>(
        `SELECT schedule, category, strength FROM reference.product JOIN reference.current_release USING (release_id)
          WHERE id = $1`,
        [ndcProductId('0006-0001')],
      ),
    );
    expect(codeine).toEqual({ schedule: 'CIII', category: 'N02', strength: '300 mg + 30 mg' });
    const equal = await database.as('app', (tx) =>
      tx.query<{ equivalence: string }>(
        `SELECT DISTINCT document.equivalence FROM reference.search_document document
           JOIN reference.current_release USING (release_id)
           JOIN reference.product ON product.release_id = document.release_id AND id = product_id
          WHERE id = ANY ($1)
             OR (origin = 'formulary' AND product.generic_name = 'Lisinopril' AND product.strength = '10 mg')`,
        [[ndcProductId('0002-1200'), ndcProductId('0003-1234')]],
      ),
    );
    expect(equal).toHaveLength(1);
  });

  it('screens what it can, and says "incomplete" for what nobody reviewed', async () => {
    const judged = (ndc: string, ...others: string[]) =>
      database.as('worker', async (tx) => {
        const input = inputOf([
          { ...line('a'), productId: ndcProductId(ndc) },
          ...others.map((each) => line(each, each)),
        ]);
        return screen(input, await withProducts(tx, await currentRelease().read(tx), input));
      });
    expect((await judged('0002-1200', 'lithium')).findings.map(({ ruleId }) => ruleId)).toEqual(['ddi-045']);
    expect(await judged('0004-0001')).toMatchObject({
      status: 'incomplete',
      notChecked: [{ check: 'all', lineId: 'a', reason: 'ingredient_not_reviewed' }],
    });
    expect((await judged('0005-0001')).notChecked).toMatchObject([{ reason: 'product_without_ingredients' }]);
  });
});

describe('a release comes into force as a whole', () => {
  it('is not seen before the commit, and never when it fails', async () => {
    const before = await inForce();
    await writeFile(join(folder, 'product-2.txt'), [...products.slice(0, 3), ''].join('\n'));
    const smaller = { ...files(), productFile: join(folder, 'product-2.txt') };
    const failed = database.as('admin', async (tx) => {
      await importNdc(tx, smaller, { onBytes: () => {}, onLine: () => {} });
      expect(await inForce()).toEqual(before);
      expect(await found('zestril 10 mg')).toContainEqual(['EXACT', ndcProductId('0002-1200')]);
      throw new Error('pulled the plug');
    });
    await expect(failed).rejects.toThrow('pulled the plug');
    expect(await inForce()).toEqual(before);
    const { result: held } = await run(smaller);
    expect(held).toMatchObject({
      outcome: 'held',
      release: { number: 3 },
      concerns: [{ code: 'products_lost', count: 5, of: 7 }],
    });
    expect(await inForce()).toEqual(before);
    expect(await run(smaller, { limits: { mostLost: 1, acceptSuspicious: false } })).toMatchObject({
      result: { outcome: 'published', release: { number: 4 } },
    });
    expect(await database.as('admin', (tx) => publishAgain(tx, 3))).toBe('outdated');
  }, 600_000);

  it('keeps the imported products when the formulary is loaded again', async () => {
    await database.as('admin', (tx) =>
      tx.query(`UPDATE reference.release_part SET content_hash = 'older' WHERE origin = 'formulary'`),
    );
    const { release, loaded } = await database.as('admin', loadFormulary);
    expect({ number: release.number, loaded }).toEqual({ number: 5, loaded: true });
    expect(await found('0003-1234')).toEqual([['CODE', ndcProductId('0003-1234')]]);
    expect((await run({ ...files(), productFile: join(folder, 'product-2.txt') })).result.outcome).toBe(
      'unchanged',
    );
  }, 600_000);

  it('tells once for each release', async () => {
    const told = await database.as('owner', (tx) =>
      tx.query<{ number: number }>(
        `SELECT (payload ->> 'number')::int AS number FROM bus.outbox
          WHERE type = 'catalog.release.published.v1' ORDER BY id`,
      ),
    );
    expect(told.map(({ number }) => number)).toEqual([1, 2, 4, 5]);
  });
});

describe('the command', () => {
  const command = (args: string[], env: NodeJS.ProcessEnv = {}) =>
    new Promise<{ code: number; output: string }>((done) =>
      execFile(
        process.execPath,
        [resolve(import.meta.dirname, '../src/import-ndc/import-ndc-cli.ts'), ...args],
        { env: { ...process.env, CATALOG_ADMIN_DATABASE_URL: database.adminUrl, ...env } },
        (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), output: stdout + stderr }),
      ),
    );

  it('imports, reports and ends with 0', async () => {
    const report = join(folder, 'reports', 'ndc.tsv');
    const { code, output } = await command([
      '--product',
      files().productFile,
      '--package',
      files().packageFile,
      '--report',
      report,
    ]);
    expect(output).toMatch(/Release 6 \(.*\) is in force after/);
    expect(output).toContain('Taken: 7 products, 2 packages.');
    expect(output).toContain(`Skipped: 7 lines. Taken with something missing: 2. Each is in ${report}.`);
    const lines = (await readFile(report, 'utf8')).split('\n');
    expect(lines).toContain('product\t9\tskipped\thas 2 fields instead of 11');
    expect(lines).toHaveLength(1 + 7 + 2 + 1);
    expect(code).toBe(0);
  });

  it('says what is missing and ends with 2', async () => {
    expect(await command([])).toMatchObject({ code: 2 });
    const { code, output } = await command(
      ['--product', files().productFile, '--package', files().packageFile],
      {
        CATALOG_ADMIN_DATABASE_URL: '',
      },
    );
    expect(output).toContain('CATALOG_ADMIN_DATABASE_URL: is not set');
    expect(code).toBe(2);
  });
});
