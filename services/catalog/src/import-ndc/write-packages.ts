import type { Tx } from '@carethread/bus/transaction.ts';
import { digitsOf, paddedNdc } from '../codes/ndc-code.ts';
import type { Listener } from '../importing/listener.ts';
import { readTable } from '../importing/read-table.ts';
import { rowCollector } from '../importing/row-collector.ts';
import { ndcProductId } from '../release/product-id.ts';
import type { PackageRow, ProductCodeRow } from '../release/rows.ts';
import type { NdcFile } from './ndc-files.ts';
import { marketingDates } from './ndc-market.ts';

const packageColumns = ['PRODUCTNDC', 'NDCPACKAGECODE', 'PACKAGEDESCRIPTION'] as const;

/** Writes package files into a release, for products that were taken. Answers how many packages it took. */
export async function writePackages(
  tx: Tx,
  release: string,
  files: readonly NdcFile[],
  products: ReadonlySet<string>,
  listener: Listener,
): Promise<number> {
  const taken = new Set<string>();
  const rows = rowCollector(tx, ['package', 'product_code']);
  for (const { path, name } of files)
    for await (const row of readTable(path, packageColumns, listener)) {
      const read = 'problem' in row ? row.problem : ndcPackage(row.fields, products);
      const note = (kind: 'skipped' | 'remark', text: string) =>
        listener.onLine({ kind, file: name, line: row.line, text });
      if (typeof read === 'string') {
        note('skipped', read);
        continue;
      }
      const { ndc, padded, remark, ...about } = read;
      if (taken.has(about.code)) {
        note('skipped', `${about.code} was there before`);
        continue;
      }
      if (remark) note('remark', remark);
      taken.add(about.code);
      const key = { release_id: release, origin: 'ndc' as const, product_id: ndcProductId(ndc) };
      rows.add<PackageRow>('package', { ...key, ...about });
      const code = { ...key, package_code: about.code };
      rows.add<ProductCodeRow>('product_code', { ...code, system: 'NDC11', value: padded });
      if (digitsOf(about.code).length === 10)
        rows.add<ProductCodeRow>('product_code', { ...code, system: 'NDC10', value: digitsOf(about.code) });
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
  const { start, end, remark } = marketingDates(fields);
  return {
    ndc,
    code,
    padded,
    description,
    marketing_start: start,
    marketing_end: end,
    sample: fields['SAMPLE_PACKAGE'] === 'Y',
    remark: remark && `${code}: ${remark}`,
  };
}
