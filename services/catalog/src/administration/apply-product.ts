import type { Tx } from '@carethread/bus/transaction.ts';
import { parseStrength } from '../amount/strength.ts';
import { productRows } from '../release/product-row.ts';
import { insertRows, type ProductCodeRow, type ProductRow, releaseTables } from '../release/rows.ts';
import type { CatalogFacts } from './facts.ts';
import { storedCodes } from './local-code.ts';
import type { LocalChange } from './local-change.ts';
import { keepCopy, takeOut } from './shadow.ts';

type ProductChange = Extract<LocalChange, { kind: 'product' }>;

/** Who sells a product, where and until when is for its source to say. */
const notOurs: readonly (keyof ProductRow)[] = [
  'release_id',
  'id',
  'company_id',
  'jurisdiction',
  'marketing_start',
  'marketing_end',
  'market_status',
];

/** Adds a product to a release, or changes one: what hangs on it (packages, further codes) stays. */
export async function applyProduct(
  tx: Tx,
  release: string,
  { productId, product }: ProductChange,
  facts: CatalogFacts,
): Promise<void> {
  const rows = productRows(release, {
    ...product,
    id: productId,
    origin: 'local',
    form: { code: product.form },
    ingredients: product.ingredients.map(({ code, strength }) => ({
      code,
      strength: strength === null ? null : parseStrength(strength),
    })),
    companyId: null,
  });
  if (facts.products.has(productId)) {
    await keepCopy(tx, 'product', release, 'id = $2', productId);
    const columns = Object.keys(rows.product)
      .filter((column) => !notOurs.includes(column as keyof ProductRow))
      .join(', ');
    await tx.query(
      `UPDATE reference.product SET (${columns}) =
         (SELECT ${columns} FROM jsonb_populate_record(NULL::reference.product, $3))
        WHERE release_id = $1 AND id = $2`,
      [release, productId, JSON.stringify(rows.product)],
    );
    await takeOut(tx, 'product_ingredient', release, 'product_id = $2', productId);
    await takeOut(tx, 'product_route', release, 'product_id = $2', productId);
    await takeOut(tx, 'product_code', release, `product_id = $2 AND package_code = ''`, productId);
  } else await insertRows(tx, 'product', [rows.product]);
  await insertRows(tx, 'product_ingredient', rows.ingredients);
  await insertRows(tx, 'product_route', rows.routes);
  const about = { release_id: release, origin: 'local' as const, product_id: productId, package_code: '' };
  await insertRows(
    tx,
    'product_code',
    product.codes.flatMap(storedCodes).map((code): ProductCodeRow => ({ ...about, ...code })),
  );
}

/** Takes a product out of a release, with all that hangs on it. */
export async function removeProduct(tx: Tx, release: string, productId: string): Promise<void> {
  const hanging = await tx.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.columns
      WHERE table_schema = 'reference' AND column_name = 'product_id'`,
  );
  const names = new Set(hanging.map(({ name }) => name));
  for (const table of releaseTables.toReversed())
    if (names.has(table)) await takeOut(tx, table, release, 'product_id = $2', productId);
  await takeOut(tx, 'product', release, 'id = $2', productId);
}
