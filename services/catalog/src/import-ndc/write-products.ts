import type { Tx } from '@carethread/bus/transaction.ts';
import { productRows } from '../release/product-row.ts';
import type { ProductCodeRow } from '../release/rows.ts';
import { readCatalogTerms } from './catalog-terms.ts';
import type { Listener, Note } from './listener.ts';
import { ndcProduct, productColumns } from './ndc-product.ts';
import { readTable } from './read-table.ts';
import { rowCollector } from './row-collector.ts';

/** Writes product.txt into a release. Answers the codes of the products that were taken. */
export async function writeProducts(
  tx: Tx,
  release: string,
  file: string,
  listener: Listener,
): Promise<ReadonlySet<string>> {
  const terms = await readCatalogTerms(tx, release);
  const taken = new Set<string>();
  const rows = rowCollector(
    tx,
    ['product', 'product_ingredient', 'product_route', 'product_code'],
    terms.save,
  );
  const note = (kind: Note['kind'], line: number, text: string) =>
    listener.onLine({ kind, file: 'product', line, text });
  for await (const row of readTable(file, productColumns, listener.onBytes)) {
    const read = 'problem' in row ? row.problem : ndcProduct(row.fields, terms);
    if (typeof read === 'string') note('skipped', row.line, read);
    else if (taken.has(read.ndc)) note('skipped', row.line, `${read.ndc} was there before`);
    else {
      taken.add(read.ndc);
      for (const remark of read.remarks) note('remark', row.line, remark);
      const { product, ingredients, routes } = productRows(release, read.product);
      const about = { release_id: release, origin: 'ndc' as const, product_id: product.id, package_code: '' };
      rows.add('product', product);
      rows.add('product_ingredient', ...ingredients);
      rows.add('product_route', ...routes);
      rows.add('product_code', ...read.codes.map((code): ProductCodeRow => ({ ...about, ...code })));
      await rows.writeWhenFull();
    }
  }
  await rows.write();
  return taken;
}
