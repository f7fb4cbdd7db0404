import type { Tx } from '@carethread/bus/transaction.ts';
import { searchProducts } from '../searching/search-products.ts';
import type { Misspelling } from './misspellings.ts';
import type { Outcome, ScoredHit } from './score.ts';

const ingredientsOf = `SELECT product_id AS id, array_agg(ingredient_code) AS ingredients
  FROM reference.product_ingredient JOIN reference.current_release USING (release_id)
 WHERE product_id = ANY ($1) GROUP BY product_id`;

/** What the catalog's own search answers to a text. */
export async function askSearch(tx: Tx, text: string, first = 30): Promise<ScoredHit[]> {
  const hits = await searchProducts(tx, { text, filter: {} }, { first, after: null });
  const rows = await tx.query<{ id: string; ingredients: string[] }>(ingredientsOf, [
    hits.map(({ id }) => id),
  ]);
  const ingredients = new Map(rows.map((row) => [row.id, row.ingredients]));
  return hits.map(({ id, preselectable }) => ({ ingredients: ingredients.get(id) ?? [], preselectable }));
}

export async function askAll(tx: Tx, list: readonly Misspelling[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const each of list) outcomes.push({ ...each, hits: await askSearch(tx, each.typed) });
  return outcomes;
}
