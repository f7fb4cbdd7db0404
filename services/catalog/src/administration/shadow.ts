import type { Tx } from '@carethread/bus/transaction.ts';
import type { ReleaseTable } from '../release/rows.ts';

/** Takes rows out of a release and keeps them beside it, as they came. $1 is the release, values follow from $2. */
export const takeOut = (
  tx: Tx,
  table: ReleaseTable,
  release: string,
  condition: string,
  ...values: unknown[]
) =>
  tx.query(
    `WITH gone AS (DELETE FROM reference.${table} WHERE release_id = $1 AND ${condition} RETURNING *)
     INSERT INTO reference.shadowed_row SELECT release_id, '${table}', origin, to_jsonb(gone) FROM gone`,
    [release, ...values],
  );

/** As `takeOut`, where the row itself stays to be changed. */
export const keepCopy = (
  tx: Tx,
  table: ReleaseTable,
  release: string,
  condition: string,
  ...values: unknown[]
) =>
  tx.query(
    `INSERT INTO reference.shadowed_row SELECT release_id, '${table}', origin, to_jsonb(each)
       FROM reference.${table} each WHERE release_id = $1 AND ${condition}`,
    [release, ...values],
  );
