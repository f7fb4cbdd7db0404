import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { loadFormulary } from '../src/formulary/load-formulary.ts';
import { importBdpm } from '../src/import-bdpm/import-bdpm.ts';
import { importMedi } from '../src/import-medi/import-medi.ts';
import { type CatalogDatabase, createCatalogDatabase } from './catalog-database.ts';
import { imported, inRelease } from './importing.ts';

const fixtures = process.env['CARETHREAD_DATA_DIR_FIXTURES'];
if (!fixtures)
  console.warn(
    'The whole French list and drug list are not imported: CARETHREAD_DATA_DIR_FIXTURES names no folder with fr-bdpm/ and everycure-medi/.',
  );

let database: CatalogDatabase | undefined;
afterAll(() => database?.drop());

(fixtures ? describe : describe.skip)(
  'the French list of July 2026 over the drug list of August 2025',
  () => {
    it('are imported whole', async () => {
      database = await createCatalogDatabase();
      await database.as('admin', loadFormulary);
      const medi = await imported(database, (tx, listener) =>
        importMedi(tx, join(fixtures!, 'everycure-medi', 'drug_list_stringent.csv.gz'), listener),
      );
      expect(medi.result).toMatchObject({
        outcome: 'published',
        counts: { 'known ingredients': 581, 'new ingredients': 1_566 },
      });

      const path = (name: string) => join(fixtures!, 'fr-bdpm', `${name}_bdpm.txt.gz`);
      const bdpm = await imported(database, (tx, listener) =>
        importBdpm(
          tx,
          {
            products: path('CIS'),
            packages: path('CIS_CIP'),
            composition: path('CIS_COMPO'),
            generics: path('CIS_GENER'),
          },
          listener,
          { sourceDate: '2026-07-24' },
        ),
      );
      expect(bdpm.result).toMatchObject({
        outcome: 'published',
        counts: { products: 15_848, packages: 20_871, groups: 1_517 },
      });
      // Three packages are orphans; generic groups go back to products that are long gone.
      expect(bdpm.skipped.filter((each) => !each.startsWith('CIS_GENER'))).toHaveLength(3);

      const [matched] = await inRelease<{ share: number }>(
        database,
        `SELECT avg(reviewed::int)::float AS share FROM reference.product_ingredient part
         JOIN reference.ingredient ON ingredient.release_id = part.release_id AND code = ingredient_code
         JOIN reference.product ON product.release_id = part.release_id AND product.id = part.product_id
        WHERE part.release_id = release_in_force AND part.origin = 'bdpm' AND printed_name NOT ILIKE '%dilution%'`,
      );
      expect(matched!.share).toBeGreaterThan(0.5);
      expect(
        await inRelease(
          database,
          `SELECT count(*)::int AS dear FROM reference.package_price
          WHERE release_id = release_in_force AND kind = 'public' AND amount_minor > 100000`,
        ),
      ).not.toEqual([{ dear: 0 }]);
    }, 900_000);
  },
);
