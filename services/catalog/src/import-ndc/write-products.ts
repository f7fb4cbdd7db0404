import type { Tx } from '@carethread/bus/transaction.ts';
import { readCatalogTerms } from '../importing/catalog-terms.ts';
import type { Listener } from '../importing/listener.ts';
import { readTable } from '../importing/read-table.ts';
import { rowCollector } from '../importing/row-collector.ts';
import { productRows } from '../release/product-row.ts';
import type { ProductCodeRow } from '../release/rows.ts';
import type { NdcFile } from './ndc-files.ts';
import { ndcProduct, productColumns, unfinishedColumns } from './ndc-product.ts';

/** Writes product files into a release. Answers the codes of the products that were taken. */
export async function writeProducts(
  tx: Tx,
  release: string,
  files: readonly NdcFile[],
  listener: Listener,
): Promise<ReadonlySet<string>> {
  const terms = await readCatalogTerms(tx, release, 'ndc');
  const taken = new Set<string>();
  const rows = rowCollector(
    tx,
    ['product', 'product_ingredient', 'product_route', 'product_code'],
    terms.save,
  );
  for (const { path, name, unfinished } of files) {
    const columns = unfinished ? unfinishedColumns : productColumns;
    for await (const row of readTable(path, columns, listener)) {
      const read = 'problem' in row ? row.problem : ndcProduct(row.fields, terms);
      const skip = (text: string) => listener.onLine({ kind: 'skipped', file: name, line: row.line, text });
      if (typeof read === 'string') skip(read);
      else if (taken.has(read.ndc)) skip(`${read.ndc} was there before`);
      else {
        taken.add(read.ndc);
        for (const text of read.remarks)
          listener.onLine({ kind: 'remark', file: name, line: row.line, text });
        const { product, ingredients, routes } = productRows(release, read.product);
        const about = {
          release_id: release,
          origin: 'ndc' as const,
          product_id: product.id,
          package_code: '',
        };
        rows.add('product', product);
        rows.add('product_ingredient', ...ingredients);
        rows.add('product_route', ...routes);
        rows.add('product_code', ...read.codes.map((code): ProductCodeRow => ({ ...about, ...code })));
        await rows.writeWhenFull();
      }
    }
  }
  await rows.write();
  return taken;
}
