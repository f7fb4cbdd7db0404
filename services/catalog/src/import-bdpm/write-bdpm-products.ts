import type { Tx } from '@carethread/bus/transaction.ts';
import { readCatalogTerms } from '../importing/catalog-terms.ts';
import type { Listener } from '../importing/listener.ts';
import { readTable } from '../importing/read-table.ts';
import { rowCollector } from '../importing/row-collector.ts';
import { productRows } from '../release/product-row.ts';
import { type BdpmFiles, columns, fileNames } from './bdpm-files.ts';
import { bdpmProduct } from './bdpm-product.ts';
import { readComposition } from './read-composition.ts';
import { readStops } from './read-stops.ts';

/** Writes CIS_bdpm with its composition into a release. Answers the CIS codes that were taken. */
export async function writeBdpmProducts(
  tx: Tx,
  release: string,
  files: BdpmFiles,
  listener: Listener,
): Promise<ReadonlySet<string>> {
  const terms = await readCatalogTerms(tx, release, 'bdpm');
  const compositions = await readComposition(files.composition, listener);
  const stops = await readStops(files.packages);
  const taken = new Set<string>();
  const named = new Set<string>();
  const rows = rowCollector(
    tx,
    ['product', 'product_ingredient', 'product_route', 'product_code', 'ingredient_synonym'],
    terms.save,
  );
  const key = { release_id: release, origin: 'bdpm' as const };
  for await (const row of readTable(files.products, columns.products, { ...listener, headless: true })) {
    const note = (kind: 'skipped' | 'remark', text: string) =>
      listener.onLine({ kind, file: fileNames.products, line: row.line, text });
    const cis = 'fields' in row ? (row.fields['cis'] ?? '') : '';
    const read =
      'problem' in row
        ? row.problem
        : bdpmProduct(row.fields, compositions.get(cis) ?? [], stops.get(cis) ?? null, terms);
    if (typeof read === 'string') note('skipped', read);
    else if (taken.has(read.cis)) note('skipped', `${read.cis} was there before`);
    else {
      taken.add(read.cis);
      for (const remark of read.remarks) note('remark', remark);
      const { product, ingredients, routes } = productRows(release, read.product);
      rows.add('product', product);
      rows.add('product_ingredient', ...ingredients);
      rows.add('product_route', ...routes);
      rows.add('product_code', {
        ...key,
        product_id: product.id,
        package_code: '',
        system: 'CIS',
        value: read.cis,
      });
      for (const { code, name } of read.frenchNames)
        if (!named.has(`${code} ${name}`)) {
          named.add(`${code} ${name}`);
          rows.add('ingredient_synonym', {
            ...key,
            ingredient_code: code,
            language: 'fr',
            kind: 'name',
            name,
          });
        }
      await rows.writeWhenFull();
    }
  }
  await rows.write();
  for (const [cis] of compositions)
    if (!taken.has(cis))
      listener.onLine({
        kind: 'remark',
        file: fileNames.composition,
        line: 0,
        text: `${cis}: is no product of CIS`,
      });
  return taken;
}
