import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { importNdc } from '../src/import-ndc/import-ndc.ts';
import { listDifferences } from '../src/release/compare-releases.ts';
import { reviewed } from '../src/release/concerns.ts';
import { listReleases } from '../src/release/list-releases.ts';
import { ndcProductId } from '../src/release/product-id.ts';
import { pruneReleases } from '../src/release/prune-releases.ts';
import { predecessorOf, publishAgain } from '../src/release/publish-again.ts';
import { releaseInForce } from '../src/release/publish-release.ts';
import { replacePart } from '../src/release/replace-part.ts';
import { type CatalogDatabase, createCatalogDatabase } from './catalog-database.ts';
import { imported, inRelease } from './importing.ts';
import { tinyFormulary } from './tiny-formulary.ts';

const header =
  'PRODUCTNDC\tPRODUCTTYPENAME\tPROPRIETARYNAME\tNONPROPRIETARYNAME\tDOSAGEFORMNAME\tROUTENAME\tLABELERNAME\tSUBSTANCENAME\tACTIVE_NUMERATOR_STRENGTH\tACTIVE_INGRED_UNIT\tDEASCHEDULE';
interface Listed {
  readonly number: number;
  readonly substance: string;
  readonly strength: number;
  readonly schedule: string;
}
const ndcOf = ({ number }: Pick<Listed, 'number'>) => `0001-${String(number).padStart(4, '0')}`;
const rowOf = (each: Listed) =>
  [
    ndcOf(each),
    'HUMAN PRESCRIPTION DRUG',
    'Brand',
    each.substance,
    'TABLET',
    'ORAL',
    'Acme',
    each.substance,
    each.strength,
    'mg/1',
    each.schedule,
  ].join('\t');

let database: CatalogDatabase;
let folder: string;
beforeAll(async () => {
  [database, folder] = await Promise.all([createCatalogDatabase(), mkdtemp(join(tmpdir(), 'parts-'))]);
});
afterAll(async () => {
  await Promise.all([database?.drop(), folder && rm(folder, { recursive: true })]);
});

const importList = async (list: readonly Listed[], limits = reviewed) => {
  const files = { productFile: join(folder, 'product.txt'), packageFile: join(folder, 'package.txt') };
  await writeFile(files.productFile, [header, ...list.map(rowOf)].join('\n'));
  await writeFile(
    files.packageFile,
    [
      'PRODUCTNDC\tNDCPACKAGECODE\tPACKAGEDESCRIPTION',
      ...list.map((each) => `${ndcOf(each)}\t${ndcOf(each)}-01\t30 TABLET`),
    ].join('\n'),
  );
  return (await imported(database, (tx, listener) => importNdc(tx, files, listener, { limits }))).result;
};
const loadTiny = (...ingredients: string[]) =>
  database.as('admin', (tx) => replacePart(tx, tinyFormulary(ingredients), reviewed));
/** Everything of the part, whatever else is in the release. */
const partOf = (origin: string) =>
  inRelease(
    database,
    `SELECT product.id, generic_name, strength, schedule,
            (SELECT array_agg(ingredient_code ORDER BY position) FROM reference.product_ingredient part
              WHERE part.release_id = product.release_id AND product_id = product.id) AS ingredients,
            (SELECT array_agg(system || ' ' || value || ' ' || package_code ORDER BY 1) FROM reference.product_code code
              WHERE code.release_id = product.release_id AND product_id = product.id) AS codes
       FROM reference.product WHERE release_id = release_in_force AND origin = $1 ORDER BY id`,
    [origin],
  );

const listed = fc.record({
  number: fc.integer({ min: 1, max: 6 }),
  substance: fc.constantFrom('CODEINE SULFATE', 'WARFARIN SODIUM', 'XYZZYLINE', 'PLUGHINE'),
  strength: fc.integer({ min: 1, max: 3 }),
  schedule: fc.constantFrom('', 'CII'),
});
const lists = fc.uniqueArray(listed, { selector: ({ number }) => number, minLength: 1, maxLength: 6 });

describe('an import', () => {
  it('comes to the same whatever was imported before, and changes nothing the second time (C-02)', async () => {
    await loadTiny('codeine', 'lisinopril', 'warfarin');
    await fc.assert(
      fc.asyncProperty(lists, lists, async (a, b) => {
        await importList(b);
        const alone = await partOf('ndc');
        await importList(a);
        await importList(b);
        expect(await partOf('ndc')).toEqual(alone);
        expect(await importList(b)).toMatchObject({ outcome: 'unchanged' });
      }),
      { numRuns: 4 },
    );
  }, 600_000);

  it('keeps a product whole when another part no longer brings its ingredient', async () => {
    await loadTiny('codeine', 'lisinopril', 'warfarin');
    await importList([{ number: 1, substance: 'WARFARIN SODIUM', strength: 5, schedule: '' }]);
    await loadTiny('codeine', 'lisinopril');
    expect(await partOf('ndc')).toMatchObject([{ ingredients: ['warfarin'] }]);
    expect(
      await inRelease(
        database,
        `SELECT origin, reviewed FROM reference.ingredient WHERE release_id = release_in_force AND code = 'warfarin'`,
      ),
    ).toEqual([{ origin: 'ndc', reviewed: false }]);
  });
});

describe('what looks wrong', () => {
  const sound = Array.from({ length: 20 }, (_, index): Listed => ({
    number: index + 1,
    substance: 'CODEINE SULFATE',
    strength: 30,
    schedule: 'CII',
  }));
  const careful = { mostLost: 0.1, acceptSuspicious: false };

  it('is held back, can be looked at, and put into force by hand', async () => {
    await loadTiny('codeine', 'lisinopril', 'warfarin');
    await importList(sound);
    const before = await database.as('admin', releaseInForce);
    const bad = [
      ...sound
        .slice(0, 17)
        .map((each, index) => (index === 0 ? { ...each, schedule: '', strength: 300 } : each)),
      { number: 99, substance: 'LISINOPRIL', strength: 5, schedule: '' },
    ];
    const held = await importList(bad, careful);
    expect(held).toMatchObject({
      outcome: 'held',
      concerns: [
        { code: 'products_lost', count: 3, of: 20 },
        { code: 'packages_lost', count: 3, of: 20 },
        { code: 'suspicious_changes', count: 1 },
      ],
    });
    expect(await database.as('admin', releaseInForce)).toEqual(before);
    const differences = await database.as('admin', (tx) =>
      listDifferences(tx, before!.id, held.release.id, { after: null, limit: 100 }),
    );
    expect(
      differences
        .filter(({ kind }) => kind === 'product')
        .map(({ change }) => change)
        .toSorted(),
    ).toEqual(['added', 'changed', 'withdrawn', 'withdrawn', 'withdrawn']);
    expect(differences.find(({ id }) => id === ndcProductId('0001-0001'))).toMatchObject({
      suspicious: 'schedule_dropped',
      before: { schedule: 'CII', strength: '30 mg' },
      after: { strength: '300 mg' },
    });
    // Page by page it is the same list.
    const paged = [];
    for (let after: { kind: string; id: string } | null = null; ;) {
      const page = await database.as('admin', (tx) =>
        listDifferences(tx, before!.id, held.release.id, { after, limit: 3 }),
      );
      paged.push(...page);
      if (page.length < 3) break;
      after = page.at(-1)!;
    }
    expect(paged).toEqual(differences);

    expect(await database.as('admin', (tx) => publishAgain(tx, held.release.number))).toBe('published');
    expect(await database.as('admin', predecessorOf)).toMatchObject({ number: before!.number });
  }, 600_000);

  it('is taken back by one command', async () => {
    const bad = await database.as('admin', releaseInForce);
    const good = await database.as('admin', predecessorOf);
    expect(await database.as('admin', (tx) => publishAgain(tx, good!.number))).toBe('published');
    expect(await database.as('admin', releaseInForce)).toMatchObject({ id: good!.id });
    expect(await database.as('admin', predecessorOf)).toMatchObject({ id: bad!.id });
  });
});

describe('the command', () => {
  const catalog = (...args: string[]) =>
    new Promise<{ code: number; output: string }>((done) =>
      execFile(
        process.execPath,
        [resolve(import.meta.dirname, '../src/release/catalog-cli.ts'), ...args],
        { env: { ...process.env, CATALOG_ADMIN_DATABASE_URL: database.adminUrl } },
        (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), output: stdout + stderr }),
      ),
    );

  it('lists, reports, compares and rolls back', async () => {
    const now = await database.as('admin', releaseInForce);
    const before = await database.as('admin', predecessorOf);
    const overview = await catalog('list');
    expect(overview.output).toMatch(new RegExp(`^\\* +${now!.number} .*formulary, ndc 20$`, 'm'));
    expect((await catalog('report', String(now!.number))).output).toContain(
      'ndc: FDA National Drug Code directory, Public domain (US Government work), imported',
    );
    const report = join(folder, 'difference.tsv');
    const diff = await catalog('diff', String(now!.number), String(before!.number), '--report', report);
    expect(diff.output).toMatch(/^product +1 added, 1 changed, 3 withdrawn, 1 suspicious$/m);
    expect(await readFile(report, 'utf8')).toContain(
      `product\tndc\t${ndcProductId('0001-0001')}\tchanged\tschedule_dropped\t`,
    );
    expect(await catalog('rollback')).toEqual({
      code: 0,
      output: `Release ${before!.number} is in force.\n`,
    });
    expect(await catalog('rollback')).toEqual({ code: 0, output: `Release ${now!.number} is in force.\n` });
  }, 600_000);

  it.each([[['publish', '99']], [['diff', '1']], [['prune', '--keep', '0']], [['sweep']]])(
    '%j is refused with 2',
    async (args) => expect((await catalog(...args)).code).toBe(2),
  );
});

describe('old releases', () => {
  it('are removed but for the last ones, the one in force, its predecessor and what verdicts need', async () => {
    const all = await database.as('admin', (tx) => listReleases(tx));
    const [oldest] = all.slice(-1);
    const spared = [
      (await database.as('admin', releaseInForce))!.number,
      (await database.as('admin', predecessorOf))!.number,
    ];
    await database.as('worker', (tx) =>
      tx.query(
        `INSERT INTO operational.screening (id, prescription_id, ticket_id, screening_number, content_version, content_hash,
           release_id, status, input, verdict)
         SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, 1, '', $1, 'clear', '{}', '{}'`,
        [oldest!.id],
      ),
    );
    const pruned = await database.as('admin', (tx) => pruneReleases(tx, 1));
    expect(pruned.thinned).toEqual([oldest!.number]);
    const left = await database.as('admin', (tx) => listReleases(tx));
    expect(left.map(({ number }) => number)).toEqual(
      [...new Set([all[0]!.number, ...spared, oldest!.number])].toSorted((a, b) => b - a),
    );
    expect(left.find(({ id }) => id === oldest!.id)).toMatchObject({ pruned: true });
    expect(await database.as('admin', (tx) => publishAgain(tx, oldest!.number))).toBe('pruned');
    expect(await database.as('admin', (tx) => pruneReleases(tx, 1))).toEqual({ removed: [], thinned: [] });
    await expect(database.as('admin', (tx) => pruneReleases(tx, 0))).rejects.toThrow(RangeError);
  });
});
