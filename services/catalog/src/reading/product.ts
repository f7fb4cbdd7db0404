/** A product of one release, with what is shown of it in a list. */
export interface Product {
  readonly releaseId: string;
  readonly id: string;
  readonly genericName: string;
  readonly brandName: string | null;
  readonly brands: readonly string[];
  /** As printed. */
  readonly strength: string | null;
  readonly supply: string;
  readonly schedule: string | null;
  /** Code of the therapeutic category. */
  readonly category: string | null;
  readonly origin: string;
  readonly jurisdiction: string | null;
  readonly printedName: string | null;
  /** ISO 639-1, of the printed name. */
  readonly language: string | null;
  /** Days as YYYY-MM-DD. */
  readonly marketingStart: string | null;
  readonly marketingEnd: string | null;
  readonly marketStatus: string;
  readonly release: { readonly id: string; readonly number: number };
  readonly form: { readonly code: string; readonly name: string };
  readonly company: { readonly name: string } | null;
  readonly ingredients: readonly ProductPart[];
  /** Codes, in order. */
  readonly routes: readonly string[];
}
export interface ProductPart {
  readonly releaseId: string;
  readonly ingredientCode: string;
  /** Decimals as text; all null when the strength is not known. */
  readonly numerator: string | null;
  readonly numeratorUnit: string | null;
  readonly denominator: string | null;
  readonly denominatorUnit: string | null;
}

/** Everything of a product in one statement; `source` yields (release_id, id), $1 are the ids. */
const productsOf = (source: string): string => `
  SELECT product.release_id AS "releaseId", product.id, generic_name AS "genericName", brand_name AS "brandName",
         brands, strength, supply, schedule, category, product.origin, jurisdiction, printed_name AS "printedName",
         language, marketing_start::text AS "marketingStart", marketing_end::text AS "marketingEnd",
         market_status AS "marketStatus",
         json_build_object('id', release.id, 'number', release.number) AS release,
         json_build_object('code', form.code, 'name', form.name) AS form,
         CASE WHEN company.id IS NOT NULL THEN json_build_object('name', company.name) END AS company,
         (SELECT coalesce(json_agg(json_build_object(
                   'releaseId', release_id, 'ingredientCode', ingredient_code,
                   'numerator', numerator::text, 'numeratorUnit', numerator_unit,
                   'denominator', denominator::text, 'denominatorUnit', denominator_unit) ORDER BY position), '[]')
            FROM reference.product_ingredient part
           WHERE part.release_id = product.release_id AND part.product_id = product.id) AS ingredients,
         ARRAY(SELECT route_code FROM reference.product_route route
                WHERE route.release_id = product.release_id AND route.product_id = product.id
                ORDER BY route_code) AS routes
    FROM (${source}) wanted
    JOIN reference.product ON product.release_id = wanted.release_id AND product.id = wanted.id
    JOIN reference.release ON release.id = product.release_id
    JOIN reference.dosage_form form ON form.release_id = product.release_id AND form.code = form_code
    LEFT JOIN reference.company ON company.release_id = product.release_id AND company.id = company_id`;

/** Products of the release $2. */
export const productsInRelease = productsOf(
  'SELECT $2::uuid AS release_id, id FROM unnest($1::uuid[]) AS id',
);

/** Products as the newest release that has them knows them. */
export const newestProducts = productsOf(
  `SELECT DISTINCT ON (product.id) release.id AS release_id, product.id
     FROM unnest($1::uuid[]) AS asked (id)
    CROSS JOIN reference.release
     JOIN reference.product ON product.release_id = release.id AND product.id = asked.id
    ORDER BY product.id, release.number DESC`,
);

/** `Warfarin 5 mg tablet`. */
export const productName = (product: {
  readonly genericName: string;
  readonly brandName: string | null;
  readonly strength: string | null;
  readonly form: { readonly name: string };
}): string =>
  [product.brandName ?? product.genericName, product.strength, product.form.name].filter(Boolean).join(' ');
