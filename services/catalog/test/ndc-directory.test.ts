import { join } from 'node:path';
import { isLongRun } from '@carethread/local-stack/effort.ts';
import { afterAll, describe, expect, it } from '@jest/globals';
import { loadFormulary } from '../src/formulary/load-formulary.ts';
import { importNdc } from '../src/import-ndc/import-ndc.ts';
import { searchProducts } from '../src/searching/search-products.ts';
import { type CatalogDatabase, createCatalogDatabase } from './catalog-database.ts';

const fixtures = process.env['CARETHREAD_DATA_DIR_FIXTURES'];
if (isLongRun && !fixtures)
  console.warn(
    'The whole NDC directory is not imported: CARETHREAD_DATA_DIR_FIXTURES names no folder with us-fda-ndc/{product,package}.txt.gz.',
  );

let database: CatalogDatabase | undefined;
afterAll(() => database?.drop());

const run = async () => {
  const folder = join(fixtures!, 'us-fda-ndc');
  const files = { productFile: join(folder, 'product.txt.gz'), packageFile: join(folder, 'package.txt.gz') };
  let skipped = 0;
  const result = await database!.as('admin', (tx) =>
    importNdc(tx, files, {
      onBytes: () => {},
      onLine: ({ kind }) => void (skipped += Number(kind === 'skipped')),
    }),
  );
  return { ...result, skipped };
};

(fixtures && isLongRun ? describe : describe.skip)('the NDC directory of January 2015', () => {
  it('is imported whole, searched, and the same files again change nothing', async () => {
    database = await createCatalogDatabase();
    await database.as('admin', loadFormulary);
    expect(await run()).toMatchObject({
      outcome: 'published',
      counts: { products: 44_259, packages: 103_785 },
      skipped: 14,
    });

    const strengths = await database.as('app', async (tx) => {
      const page = await searchProducts(
        tx,
        { text: 'warfarin 5 mg', filter: {} },
        { first: 100, after: null },
      );
      const rows = await tx.query<{ strength: string }>(
        'SELECT DISTINCT strength FROM reference.product JOIN reference.current_release USING (release_id) WHERE id = ANY ($1)',
        [page.map(({ id }) => id)],
      );
      return rows.map(({ strength }) => strength);
    });
    expect(strengths.length).toBeGreaterThan(0);
    expect(strengths.filter((strength) => !/(^|\D)5 mg/i.test(strength))).toEqual([]);

    expect(await run()).toMatchObject({ outcome: 'unchanged' });
  }, 600_000);
});
