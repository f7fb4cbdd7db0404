import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { reviewed } from '../src/release/concerns.ts';
import { replacePart } from '../src/release/replace-part.ts';
import { type CatalogDatabase, createCatalogDatabase } from './catalog-database.ts';
import { inRelease } from './importing.ts';
import { tinyFormulary } from './tiny-formulary.ts';

const products = 2_400;
const each = 50;
/** Megabytes. The rows of 120,000 packages are more than that; so is a file of them with its parsed fields. */
const heap = 64;

let database: CatalogDatabase;
let folder: string;
beforeAll(async () => {
  [database, folder] = await Promise.all([createCatalogDatabase(), mkdtemp(join(tmpdir(), 'large-'))]);
  await database.as('admin', (tx) => replacePart(tx, tinyFormulary(), reviewed));
});
afterAll(async () => {
  await Promise.all([database?.drop(), folder && rm(folder, { recursive: true })]);
});

async function write(name: string, header: string, rows: Iterable<string>): Promise<string> {
  const path = join(folder, name);
  const file = createWriteStream(path);
  file.write(`${header}\r\n`);
  for (const row of rows) file.write(`${row}\r\n`);
  file.end();
  await finished(file);
  return path;
}
const ndc = (index: number) => `${String(10_000 + Math.floor(index / 100))}-${String(100 + (index % 100))}`;

it('takes 120,000 packages in a heap that could not hold them', async () => {
  const productFile = await write(
    'product.txt',
    'PRODUCTNDC\tPRODUCTTYPENAME\tPROPRIETARYNAME\tNONPROPRIETARYNAME\tDOSAGEFORMNAME\tROUTENAME\tLABELERNAME\tSUBSTANCENAME\tACTIVE_NUMERATOR_STRENGTH\tACTIVE_INGRED_UNIT',
    Array.from(
      { length: products },
      (_, index) =>
        `${ndc(index)}\tHUMAN PRESCRIPTION DRUG\tBrand ${index}\tCodeine\tTABLET\tORAL\tLabeler ${index % 300}\tCODEINE SULFATE\t${1 + (index % 60)}\tmg/1`,
    ),
  );
  const description = '1 BOTTLE, PLASTIC in 1 CARTON > 100 TABLET, FILM COATED in 1 BOTTLE, PLASTIC ';
  const packageFile = await write(
    'package.txt',
    'PRODUCTNDC\tNDCPACKAGECODE\tPACKAGEDESCRIPTION',
    (function* () {
      for (let index = 0; index < products; index += 1)
        for (let pack = 0; pack < each; pack += 1)
          yield `${ndc(index)}\t${ndc(index)}-${String(pack).padStart(2, '0')}\t${description.repeat(8)}`;
    })(),
  );
  const report = join(folder, 'report.tsv');
  const { code, output } = await new Promise<{ code: number; output: string }>((done) =>
    execFile(
      process.execPath,
      [
        `--max-old-space-size=${heap}`,
        resolve(import.meta.dirname, '../src/import-ndc/import-ndc-cli.ts'),
        '--product',
        productFile,
        '--package',
        packageFile,
        '--report',
        report,
      ],
      { env: { ...process.env, CATALOG_ADMIN_DATABASE_URL: database.adminUrl } },
      (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    ),
  );
  expect(output).toContain(`Taken: ${products} products, ${products * each} packages.`);
  expect(code).toBe(0);
  expect((await readFile(report, 'utf8')).trim().split('\n')).toHaveLength(1);
  expect(
    await inRelease(
      database,
      'SELECT count(*)::int AS packages FROM reference.package WHERE release_id = release_in_force',
    ),
  ).toEqual([{ packages: products * each }]);
}, 600_000);
