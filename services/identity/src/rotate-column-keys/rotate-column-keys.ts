import { inTransaction } from '@carethread/bus/transaction.ts';
import type pg from 'pg';
import { totpLabel } from '../factors/factor-store.ts';
import { currentHeader, seal, type SealingKeys, unseal } from '../tokens/sealed.ts';

interface SealedColumn {
  table: string;
  column: string;
  /** Column of the primary key. */
  id: string;
  labelOf: (id: string) => string;
}

/** Every column that holds sealed values. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'totp_factors', column: 'sealed_secret', id: 'user_id', labelOf: totpLabel },
  { table: 'signing_keys', column: 'sealed_private_key', id: 'kid', labelOf: (kid) => kid },
];

const batch = 200;

/**
 * Seals anew, under the current key, whatever is under another one. A batch at a time, so that it can be stopped and
 * begun again, and run while the service does. Answers how many rows
 * of each table were changed. Throws when a value opens with no key of the ring.
 */
export async function rotateColumnKeys(owner: pg.Pool, keys: SealingKeys): Promise<Record<string, number>> {
  const changed: Record<string, number> = {};
  for (const column of sealedColumns) {
    changed[column.table] = 0;
    for (let done = batch; done === batch;) {
      done = await rotateBatch(owner, keys, column);
      changed[column.table]! += done;
    }
  }
  return changed;
}

function rotateBatch(
  owner: pg.Pool,
  keys: SealingKeys,
  { table, column, id, labelOf }: SealedColumn,
): Promise<number> {
  const header = currentHeader(keys);
  const others = `SELECT ${id}::text AS id, ${column} AS sealed FROM ${table}
    WHERE substring(${column} FROM 1 FOR ${header.length}) <> $1 ORDER BY ${id} LIMIT ${batch} FOR UPDATE`;
  const save = `UPDATE ${table} SET ${column} = $2 WHERE ${id}::text = $1`;
  return inTransaction(owner, async (tx) => {
    const rows = await tx.query<{ id: string; sealed: Buffer }>(others, [header]);
    for (const row of rows) {
      const label = labelOf(row.id);
      tx.send(save, [row.id, seal(unseal(row.sealed, keys, label), keys, label)]);
    }
    return rows.length;
  });
}
