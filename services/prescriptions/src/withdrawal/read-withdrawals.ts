import type { Tx } from '@carethread/bus/transaction.ts';
import type { ProductWithdrawal } from './product-withdrawal.ts';

const select = `SELECT id, product_id AS "productId", kind, lots, recall_class AS "recallClass",
    effective_from AS "effectiveFrom" FROM product_withdrawal`;

/** Those that count now, of these products. */
export const withdrawalsOf = (
  tx: Tx,
  productIds: readonly string[],
  now: Date,
): Promise<ProductWithdrawal[]> =>
  tx.query(
    `${select} WHERE product_id = ANY ($1::uuid[]) AND NOT ended AND effective_from <= $2 ORDER BY id`,
    [productIds, now],
  );

/** Over or not. */
export const readWithdrawals = (tx: Tx, ids: readonly string[]): Promise<ProductWithdrawal[]> =>
  tx.query(`${select} WHERE id = ANY ($1::uuid[])`, [ids]);
