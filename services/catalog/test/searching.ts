import type { Tx } from '@carethread/bus/transaction.ts';
import { type Filter, type Hit, type Place, searchProducts } from '../src/searching/search-products.ts';

export interface FoundProduct extends Hit {
  readonly name: string;
  readonly strength: string;
  readonly form: string;
  readonly ingredients: readonly string[];
}

/** One page of a search with what its products are. One product more than `first` if more follow. */
export async function searchFor(
  tx: Tx,
  text: string,
  { first = 20, after = null, filter = {} }: { first?: number; after?: Place | null; filter?: Filter } = {},
): Promise<FoundProduct[]> {
  const hits = await searchProducts(tx, { text, filter }, { first, after });
  const products = await tx.query<Omit<FoundProduct, keyof Hit> & { id: string }>(
    `SELECT id, generic_name AS name, strength, form_code AS form, ARRAY(
        SELECT ingredient_code FROM reference.product_ingredient part
         WHERE part.release_id = product.release_id AND product_id = id ORDER BY position) AS ingredients
       FROM reference.product JOIN reference.current_release USING (release_id) WHERE id = ANY ($1)`,
    [hits.map(({ id }) => id)],
  );
  const byId = new Map(products.map((product) => [product.id, product]));
  return hits.map((hit) => ({ ...hit, ...byId.get(hit.id)! }));
}
