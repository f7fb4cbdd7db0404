import type { ProductMatch } from '../generated/graphql.ts';
import type { Product } from '../reading/product.ts';
import type { Reader } from '../reading/reader.ts';
import { wordsOf } from '../text/fold.ts';
import type { Hits } from './hits.ts';
import type { Hit } from './search-products.ts';

/** Why a product was found, in words, and whether it may be proposed without a person choosing it. */
export async function matchOf(hit: Hit, hits: Hits, product: Product, reader: Reader): Promise<ProductMatch> {
  const { reason } = hit;
  const names = reason === 'SYNONYM' || reason === 'TYPO' ? await namesOf(product, reader) : [];
  return {
    reason,
    text: names.find((name) => wordsOf(name).some(hits.isMeant)) ?? null,
    preselectable: await isPreselectable(hit, product, reader),
  };
}

async function namesOf(product: Product, reader: Reader): Promise<string[]> {
  const ingredients = await Promise.all(
    product.ingredients.map(({ ingredientCode }) => reader.ingredient(product.releaseId, ingredientCode)),
  );
  return [
    ...product.brands,
    ...(product.brandName === null ? [] : [product.brandName]),
    product.genericName,
    ...ingredients.flatMap((each) => each?.synonyms.map(({ name }) => name) ?? []),
  ];
}

/** A whole name or a code leaves no doubt. Half a name does if the product looks like another one. */
async function isPreselectable({ reason }: Hit, product: Product, reader: Reader): Promise<boolean> {
  if (reason === 'TYPO' || reason === 'BROWSED') return false;
  if (reason === 'CODE' || reason === 'EXACT') return true;
  const { lookAlikes } = await reader.release();
  return !product.ingredients.some(({ ingredientCode }) => lookAlikes.has(ingredientCode));
}
