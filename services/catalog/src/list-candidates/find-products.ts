import type { Context } from '../graphql/context.ts';
import type { Product } from '../reading/product.ts';
import { type Hit, searchProducts } from '../searching/search-products.ts';

export interface Found {
  readonly product: Product;
  readonly hit: Hit;
}

/** The first products a search finds, the best first. */
export async function findProducts(
  { database, actor, reader }: Context,
  text: string,
  first: number,
): Promise<Found[]> {
  const [hits] = await Promise.all([
    database.asActor(actor, (tx) =>
      searchProducts(tx, { text, filter: {}, language: null }, { first, after: null }),
    ),
    reader.release(),
  ]);
  return Promise.all(
    hits.slice(0, first).map(async (hit) => {
      const product = await reader.product(hit.id);
      if (!product) throw new Error('A hit is a product of the release it was found in.');
      return { product, hit };
    }),
  );
}
