import type { Tx } from '@carethread/bus/transaction.ts';
import { isId } from '@carethread/contracts/ids.ts';
import type { ScreeningInput } from '@carethread/contracts/screening.ts';
import { decimalText, exact } from '../amount/exact.ts';
import type { Schedule } from '../formulary/formulary.ts';
import { productName } from '../reading/product.ts';
import type { ClinicalProduct, ClinicalRelease } from '../screen/release.ts';
import type { LoadedRelease } from './load-rules.ts';

interface Row {
  id: string;
  routes: string[];
  genericName: string;
  brandName: string | null;
  strength: string | null;
  form: { name: string };
  schedule: Schedule | null;
  code: string | null;
  numerator: string | null;
  numeratorUnit: string | null;
  denominator: string | null;
  denominatorUnit: string | null;
}

const products = `SELECT product.id, ARRAY(
      SELECT route_code FROM reference.product_route route
       WHERE route.release_id = product.release_id AND route.product_id = product.id ORDER BY route_code COLLATE "C"
    ) AS routes, generic_name AS "genericName", brand_name AS "brandName", strength,
    jsonb_build_object('name', form.name) AS form, schedule, ingredient_code AS code,
    numerator::text, numerator_unit AS "numeratorUnit", denominator::text, denominator_unit AS "denominatorUnit"
  FROM reference.product
  JOIN reference.dosage_form form ON form.release_id = product.release_id AND form.code = form_code
  LEFT JOIN reference.product_ingredient part
    ON part.release_id = product.release_id AND part.product_id = product.id
 WHERE product.release_id = $1 AND product.id = ANY ($2::uuid[])
 ORDER BY product.id, position`;

/** A product as a check and its report need it. */
export interface NamedProduct extends ClinicalProduct {
  /** Name, strength and form in the words of the release. */
  readonly wording: string;
  readonly schedule: Schedule | null;
}
export interface ReleaseWithProducts extends LoadedRelease, ClinicalRelease {
  readonly products: ReadonlyMap<string, NamedProduct>;
}

/** The release with the products that these inputs name. */
export async function withProducts(
  tx: Tx,
  release: LoadedRelease,
  ...inputs: readonly { lines: readonly Pick<ScreeningInput['lines'][number], 'productId'>[] }[]
): Promise<ReleaseWithProducts> {
  const lines = inputs.flatMap((input) => input.lines);
  const ids = new Set(lines.flatMap(({ productId }) => (isId(productId) ? productId : [])));
  const rows = ids.size === 0 ? [] : await tx.query<Row>(products, [release.id, [...ids]]);
  return {
    ...release,
    products: new Map(
      [...Map.groupBy(rows, ({ id }) => id)].map(([id, parts]): [string, NamedProduct] => [
        id,
        {
          routes: parts[0]!.routes,
          wording: productName(parts[0]!),
          schedule: parts[0]!.schedule,
          ingredients: parts.flatMap((part) => ingredientOf(part) ?? []),
        },
      ]),
    ),
  };
}

function ingredientOf(row: Row): ClinicalProduct['ingredients'][number] | null {
  const { code, numerator, numeratorUnit, denominator, denominatorUnit } = row;
  if (code === null) return null;
  if (numerator === null || numeratorUnit === null || denominator === null || denominatorUnit === null)
    return { code, strength: null };
  const strength = {
    amount: plain(numerator),
    unit: numeratorUnit,
    perAmount: plain(denominator),
    perUnit: denominatorUnit,
  };
  return { code, strength };
}

/** PostgreSQL prints a numeric as it was written, `0.250`; that is the same strength as `0.25`. */
const plain = (number: string): string => {
  const value = exact(number);
  return value ? decimalText(value, 12) : number;
};
