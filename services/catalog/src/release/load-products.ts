import type { Tx } from '@carethread/bus/transaction.ts';
import { isId } from '@carethread/contracts/ids.ts';
import type { ScreeningInput } from '@carethread/contracts/screening.ts';
import { exact, decimalText } from '../amount/exact.ts';
import type { ClinicalProduct, ClinicalRelease } from '../screen/release.ts';
import type { LoadedRelease } from './load-rules.ts';

interface Row {
  id: string;
  routes: string[];
  code: string | null;
  numerator: string | null;
  numerator_unit: string | null;
  denominator: string | null;
  denominator_unit: string | null;
}

const products = `SELECT product.id, product.routes, ingredient_code AS code, numerator::text, numerator_unit,
    denominator::text, denominator_unit
  FROM reference.product LEFT JOIN reference.product_ingredient part
    ON part.release_id = product.release_id AND part.product_id = product.id
 WHERE product.release_id = $1 AND product.id = ANY ($2::uuid[])
 ORDER BY product.id, position`;

/** The release with the products that this input names. */
export async function withProducts(
  tx: Tx,
  release: LoadedRelease,
  input: ScreeningInput,
): Promise<ClinicalRelease> {
  const ids = [...new Set(input.lines.flatMap(({ productId }) => (isId(productId) ? productId : [])))];
  const rows = ids.length === 0 ? [] : await tx.query<Row>(products, [release.id, ids]);
  return {
    ...release,
    products: new Map(
      [...Map.groupBy(rows, ({ id }) => id)].map(([id, parts]): [string, ClinicalProduct] => [
        id,
        { routes: parts[0]!.routes, ingredients: parts.flatMap((part) => ingredientOf(part) ?? []) },
      ]),
    ),
  };
}

function ingredientOf(row: Row): ClinicalProduct['ingredients'][number] | null {
  const { code, numerator, numerator_unit, denominator, denominator_unit } = row;
  if (code === null) return null;
  if (numerator === null || numerator_unit === null || denominator === null || denominator_unit === null)
    return { code, strength: null };
  const strength = {
    amount: plain(numerator),
    unit: numerator_unit,
    perAmount: plain(denominator),
    perUnit: denominator_unit,
  };
  return { code, strength };
}

/** PostgreSQL prints a numeric as it was written, `0.250`; that is the same strength as `0.25`. */
const plain = (number: string): string => {
  const value = exact(number);
  return value ? decimalText(value, 12) : number;
};
