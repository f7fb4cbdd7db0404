import { emit } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import {
  ProductReinstated,
  ProductWithdrawn,
  type withdrawalKinds,
} from '@carethread/contracts/events/catalog.ts';
import type { ProductId, UserId, WithdrawalId } from '@carethread/contracts/ids.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';

/** A product, or single lots of it, that must not reach patients from a moment on. */
export interface Withdrawal {
  readonly id: WithdrawalId;
  readonly productId: ProductId;
  readonly kind: (typeof withdrawalKinds)[number];
  /** As printed; null for the whole product. */
  readonly lots: readonly string[] | null;
  /** Of a recall: 1 is the gravest. */
  readonly recallClass: number | null;
  readonly reason: string;
  readonly effectiveFrom: Date;
  /** Null when an import found it. */
  readonly recordedBy: UserId | null;
  readonly recordedAt: Date;
  readonly version: number;
  readonly endedAt: Date | null;
  readonly endReason: string | null;
}
export type NewWithdrawal = Omit<Withdrawal, 'recordedAt' | 'version' | 'endedAt' | 'endReason'>;

/** The start of a statement that reads withdrawals; `withdrawal` is the table. */
export const selectWithdrawals = `SELECT id, product_id AS "productId", kind, lots, recall_class AS "recallClass", reason,
    effective_from AS "effectiveFrom", recorded_by AS "recordedBy", recorded_at AS "recordedAt", version,
    ended_at AS "endedAt", end_reason AS "endReason"
  FROM operational.withdrawal`;

const insert = `INSERT INTO operational.withdrawal (id, product_id, kind, lots, recall_class, reason, effective_from,
    recorded_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id`;

/** Writes a withdrawal and tells of it. False when the product is withdrawn as a whole already. */
export async function saveWithdrawal(tx: Tx, each: NewWithdrawal, cause: Cause): Promise<boolean> {
  const { id, productId, kind, lots, recallClass, reason, effectiveFrom, recordedBy } = each;
  const written = await tx.query(insert, [
    id,
    productId,
    kind,
    lots,
    recallClass,
    reason,
    effectiveFrom,
    recordedBy,
  ]);
  if (written.length === 0) return false;
  emit(tx, ProductWithdrawn, {
    aggregateId: id,
    sequence: 1,
    data: {
      withdrawalId: id,
      productId,
      lots: lots && [...lots],
      kind,
      recallClass,
      effectiveFrom: effectiveFrom.toISOString(),
    },
    ...cause,
  });
  return true;
}

const end = `UPDATE operational.withdrawal SET version = version + 1, ended_by = $2, ended_at = now(), end_reason = $3
  WHERE id = $1 AND ended_at IS NULL`;

/** Ends a withdrawal that was loaded under the lock, and tells of it. */
export function saveEnd(
  tx: Tx,
  { id, productId, lots, version }: Withdrawal,
  by: { userId: UserId | null; reason: string },
  cause: Cause,
): void {
  tx.send(end, [id, by.userId, by.reason]);
  emit(tx, ProductReinstated, {
    aggregateId: id,
    sequence: version + 1,
    data: { withdrawalId: id, productId, lots: lots && [...lots] },
    ...cause,
  });
}
