import type { Tx } from '@carethread/bus/transaction.ts';
import { gtin14 } from '../codes/gtin.ts';
import { isoDate } from '../importing/iso-date.ts';
import type { Listener } from '../importing/listener.ts';
import { readTable } from '../importing/read-table.ts';
import { rowCollector } from '../importing/row-collector.ts';
import { cisProductId } from '../release/product-id.ts';
import type { PackagePriceRow } from '../release/rows.ts';
import { columns, fileNames } from './bdpm-files.ts';
import { cents, percent } from './french-amount.ts';
import { isStopped } from './read-stops.ts';

/** Where prices come from and since when they hold, if that is known. */
export interface PriceSource {
  readonly source: string;
  readonly validFrom: string | null;
}

/** Writes CIS_CIP_bdpm into a release, for products that were taken. Answers how many packages and prices it took. */
export async function writeBdpmPackages(
  tx: Tx,
  release: string,
  file: string,
  products: ReadonlySet<string>,
  from: PriceSource,
  listener: Listener,
): Promise<{ packages: number; prices: number }> {
  const taken = new Set<string>();
  let prices = 0;
  const key = { release_id: release, origin: 'bdpm' as const };
  const rows = rowCollector(tx, ['package', 'package_price', 'product_code']);
  for await (const row of readTable(file, columns.packages, { ...listener, headless: true })) {
    const note = (kind: 'skipped' | 'remark', text: string) =>
      listener.onLine({ kind, file: fileNames.packages, line: row.line, text });
    const problem = 'problem' in row ? row.problem : whyNot(row.fields, products, taken);
    if (problem !== null || 'problem' in row) {
      note('skipped', problem!);
      continue;
    }
    const { cis = '', cip7 = '', cip13 = '', label = '', marketing = '', declared = '' } = row.fields;
    taken.add(cip13);
    const product_id = cisProductId(cis);
    const day = isoDate(declared);
    rows.add('package', {
      ...key,
      code: cip13,
      product_id,
      description: label,
      marketing_start: isStopped(marketing) ? null : day,
      marketing_end: isStopped(marketing) ? day : null,
      sample: false,
    });
    const read = pricesOf(row.fields, note);
    prices += read.length;
    rows.add(
      'package_price',
      ...read.map((price) => ({
        ...key,
        ...price,
        package_code: cip13,
        valid_from: from.validFrom,
        source: from.source,
      })),
    );
    for (const [system, value] of [
      ['CIP13', cip13],
      ['GTIN', gtin14(cip13)!],
      ...(/^\d{7}$/.test(cip7) ? [['CIP7', cip7]] : []),
    ] as [string, string][])
      rows.add('product_code', { ...key, product_id, package_code: cip13, system, value });
    await rows.writeWhenFull();
  }
  await rows.write();
  return { packages: taken.size, prices };
}

function whyNot(
  { cis = '', cip13 = '' }: Readonly<Record<string, string>>,
  products: ReadonlySet<string>,
  taken: ReadonlySet<string>,
): string | null {
  if (!/^\d{13}$/.test(cip13) || !gtin14(cip13)) return `"${cip13}" is no CIP13 code`;
  if (!products.has(cis)) return `${cip13}: its product ${cis} was not taken`;
  return taken.has(cip13) ? `${cip13} was there before` : null;
}

type Price = Pick<PackagePriceRow, 'kind' | 'amount_minor' | 'currency' | 'percent'>;

function pricesOf(
  { cip13 = '', price = '', priceWithFee = '', fee = '', rates = '' }: Readonly<Record<string, string>>,
  note: (kind: 'remark', text: string) => void,
): Price[] {
  const amounts = [
    ['public', price],
    ['fee', fee],
    ['public_with_fee', priceWithFee],
  ] as const;
  const read = amounts.flatMap(([kind, text]): Price[] => {
    const amount_minor = text === '' ? null : cents(text);
    if (text !== '' && amount_minor === null)
      note('remark', `${cip13}: cannot read the price "${text}", left out`);
    return amount_minor === null ? [] : [{ kind, amount_minor, currency: 'EUR', percent: null }];
  });
  const [net, added, sum] = amounts.map(([, text]) => cents(text));
  if (net && added && sum && net + added !== sum) {
    note('remark', `${cip13}: ${price} and the fee ${fee} are not ${priceWithFee}, prices left out`);
    read.length = 0;
  }
  const rate = rates === '' ? null : percent(rates);
  if (rates !== '' && rate === null) note('remark', `${cip13}: cannot read the rate "${rates}", left out`);
  if (rate !== null) read.push({ kind: 'reimbursement', amount_minor: null, currency: null, percent: rate });
  return read;
}
