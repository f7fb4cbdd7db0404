import type { Tx } from '@carethread/bus/transaction.ts';

const others = `WITH wanted AS (
    SELECT product.id, form_code, strength, array_agg(ingredient_code ORDER BY ingredient_code) AS codes
      FROM reference.product JOIN reference.product_ingredient part
        ON part.release_id = product.release_id AND part.product_id = product.id
     WHERE product.release_id = $1 AND product.id = ANY ($2::uuid[])
     GROUP BY product.release_id, product.id)
  SELECT DISTINCT ON (wanted.id, other.strength) wanted.id AS of, other.id
    FROM wanted
    JOIN reference.product_ingredient first ON first.release_id = $1 AND first.ingredient_code = wanted.codes[1]
    JOIN reference.product other ON other.release_id = $1 AND other.id = first.product_id
     AND other.form_code = wanted.form_code AND other.strength <> wanted.strength
   WHERE (SELECT array_agg(ingredient_code ORDER BY ingredient_code) FROM reference.product_ingredient
           WHERE release_id = $1 AND product_id = other.id) = wanted.codes
     AND EXISTS (SELECT 1 FROM reference.product_route a JOIN reference.product_route b USING (release_id, route_code)
           WHERE release_id = $1 AND a.product_id = wanted.id AND b.product_id = other.id)
   ORDER BY wanted.id, other.strength, (other.origin = 'formulary') DESC, other.brand_name NULLS FIRST, other.id`;

/** By product: one product for each other strength of the same ingredients in the same form, reviewed ones first. */
export async function otherStrengths(
  tx: Tx,
  release: string,
  productIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await tx.query<{ of: string; id: string }>(others, [release, productIds]);
  return new Map([...Map.groupBy(rows, ({ of }) => of)].map(([of, each]) => [of, each.map(({ id }) => id)]));
}
