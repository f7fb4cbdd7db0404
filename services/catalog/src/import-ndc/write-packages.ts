import type { Tx } from '@carethread/bus/transaction.ts';
import { ndcProductId } from '../release/product-id.ts';
import type { PackageRow, ProductCodeRow } from '../release/rows.ts';
import { digitsOf, paddedNdc } from '../codes/ndc-code.ts';
import type { Listener } from './listener.ts';
import { readTable } from './read-table.ts';
import { rowCollector } from './row-collector.ts';

const packageColumns = ['PRODUCTNDC', 'NDCPACKAGECODE', 'PACKAGEDESCRIPTION'] as const;

/** Writes package.txt into a release, for products that were taken. Answers how many packages it took. */
export async function writePackages(
  tx: Tx,
  release: string,
  file: string,
  products: ReadonlySet<string>,
  listener: Listener,
): Promise<number> {
  const taken = new Set<string>();
  const rows = rowCollector(tx, ['package', 'product_code']);
  for await (const row of readTable(file, packageColumns, listener.onBytes)) {
    const read = 'problem' in row ? row.problem : ndcPackage(row.fields, products);
    const problem =
      typeof read === 'string' ? read : taken.has(read.code) ? `${read.code} was there before` : null;
    if (typeof read === 'string' || problem) {
      listener.onLine({ kind: 'skipped', file: 'package', line: row.line, text: problem! });
      continue;
    }
    const { ndc, code, padded, description } = read;
    taken.add(code);
    const about = { release_id: release, origin: 'ndc' as const, product_id: ndcProductId(ndc) };
    rows.add<PackageRow>('package', { ...about, code, description });
    for (const value of new Set([padded, digitsOf(code)]))
      rows.add<ProductCodeRow>('product_code', { ...about, package_code: code, system: 'NDC', value });
    await rows.writeWhenFull();
  }
  await rows.write();
  return taken.size;
}

/** One row of package.txt, or why it is left out. */
function ndcPackage(fields: Readonly<Record<string, string>>, products: ReadonlySet<string>) {
  const { PRODUCTNDC: ndc = '', NDCPACKAGECODE: code = '', PACKAGEDESCRIPTION: description = '' } = fields;
  const padded = paddedNdc(code);
  if (padded?.length !== 11) return `"${code}" is no package code`;
  if (!products.has(ndc)) return `${code}: its product ${ndc} was not taken`;
  return { ndc, code, padded, description };
}
