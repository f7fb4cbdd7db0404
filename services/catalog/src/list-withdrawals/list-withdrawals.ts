import type { Tx } from '@carethread/bus/transaction.ts';
import type { Page } from '@carethread/service-kit/page.ts';
import { selectWithdrawals, type Withdrawal } from '../withdrawal/withdrawal.ts';

/** Newest first; one row more than the page if more follow. */
export const listWithdrawals = (tx: Tx, ended: boolean, page: Page<string>): Promise<Withdrawal[]> =>
  tx.query(
    `${selectWithdrawals} WHERE ($1::boolean OR ended_at IS NULL) AND ($2::uuid IS NULL OR id < $2)
      ORDER BY id DESC LIMIT $3`,
    [ended, page.after, page.first + 1],
  );

export const readWithdrawals = (tx: Tx, ids: readonly string[]): Promise<Withdrawal[]> =>
  tx.query(`${selectWithdrawals} WHERE id = ANY ($1::uuid[])`, [ids]);

/** Those that count now, of these products. */
export const withdrawalsOf = (tx: Tx, productIds: readonly string[], now: Date): Promise<Withdrawal[]> =>
  tx.query(
    `${selectWithdrawals} WHERE product_id = ANY ($1::uuid[]) AND ended_at IS NULL AND effective_from <= $2 ORDER BY id`,
    [productIds, now],
  );
