import type { ProductMatch } from '../generated/graphql.ts';
import type { Context } from '../graphql/context.ts';
import type { Product } from '../reading/product.ts';
import { matchOf } from '../search-products/match.ts';
import { findHits, pageOfHits } from '../search-products/search-products.ts';

export interface Found {
  readonly product: Product;
  readonly match: ProductMatch;
}

/** The first products a search finds, the best first. */
export async function findProducts(
  { database, actor, reader }: Context,
  text: string,
  first: number,
): Promise<Found[]> {
  const release = await reader.release();
  const { hits, page } = await database.asActor(actor, async (tx) => {
    const all = await findHits(tx, release, { text, filter: {} });
    return { hits: all, page: await pageOfHits(tx, release.id, all, {}, { first, after: null }) };
  });
  return Promise.all(
    page.slice(0, first).map(async (hit) => {
      const product = await reader.product(hit.id);
      if (!product) throw new Error('A hit is a product of the release it was found in.');
      return { product, match: await matchOf(hit, hits, product, reader) };
    }),
  );
}
