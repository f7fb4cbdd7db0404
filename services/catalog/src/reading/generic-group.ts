import type { Tx } from '@carethread/bus/transaction.ts';

/** A group as one of its products sees it. */
export interface GenericGroup {
  readonly productId: string;
  readonly code: string;
  readonly name: string;
  readonly kind: string;
  /** Ids of the other products. */
  readonly others: readonly string[];
}

/** The groups of products of a release. */
export const readGenericGroups = (
  tx: Tx,
  release: string,
  products: readonly string[],
): Promise<GenericGroup[]> =>
  tx.query<GenericGroup>(
    `SELECT mine.product_id AS "productId", code, name, mine.kind,
            ARRAY(SELECT product_id FROM reference.generic_group_member other
                   WHERE other.release_id = $1 AND other.group_code = code AND other.product_id <> mine.product_id
                   ORDER BY array_position(ARRAY['reference', 'generic'], kind), product_id LIMIT 100) AS others
       FROM reference.generic_group_member mine
       JOIN reference.generic_group ON generic_group.release_id = mine.release_id AND code = group_code
      WHERE mine.release_id = $1 AND mine.product_id = ANY ($2::uuid[])
      ORDER BY code`,
    [release, products],
  );
