import type { Tx } from '@carethread/bus/transaction.ts';
import { strengthText } from '../amount/strength.ts';
import { loadRules } from '../release/load-rules.ts';
import type { Rules } from '../rules/rule.ts';
import { type CatalogFacts, codeKey, type KnownRule, type Synonym } from './facts.ts';
import { storedCodes } from './local-code.ts';
import type { LocalChange, ProductBody, RuleKind } from './local-change.ts';

const kindOf: Record<keyof Rules, RuleKind> = {
  interactions: 'interaction',
  allergies: 'allergy',
  contraindications: 'contraindication',
  duplicates: 'duplicate',
  doses: 'dose',
};

const everyIngredient = `SELECT code, name, coalesce((SELECT jsonb_agg(jsonb_build_object('name', synonym.name,
      'language', language, 'kind', kind) ORDER BY synonym.name)
    FROM reference.ingredient_synonym synonym WHERE release_id = $1 AND ingredient_code = code), '[]') AS synonyms
  FROM reference.ingredient WHERE release_id = $1`;
const codesInUse = `SELECT 'form' AS kind, code, name, words FROM reference.dosage_form WHERE release_id = $1
  UNION ALL SELECT 'route', code, name, '{}' FROM reference.route WHERE release_id = $1
  UNION ALL SELECT 'alike', a || ':' || b, '', '{}' FROM reference.look_alike WHERE release_id = $1
  UNION ALL SELECT 'changed', key, '', '{}' FROM reference.local_change WHERE release_id = $1`;
const products = `SELECT id, generic_name AS "genericName", brand_name AS "brandName", brands, form_code AS form,
    supply, schedule, category,
    ARRAY(SELECT route_code FROM reference.product_route WHERE release_id = $1 AND product_id = id ORDER BY 1) AS routes,
    coalesce((SELECT jsonb_agg(jsonb_build_object('code', ingredient_code, 'amount', numerator::text,
        'unit', numerator_unit, 'perAmount', denominator::text, 'perUnit', denominator_unit) ORDER BY position)
      FROM reference.product_ingredient WHERE release_id = $1 AND product_id = id), '[]') AS ingredients,
    coalesce((SELECT jsonb_agg(jsonb_build_object('system', system, 'value', value) ORDER BY system, value)
      FROM reference.product_code WHERE release_id = $1 AND product_id = id AND package_code = ''), '[]') AS codes
  FROM reference.product WHERE release_id = $1 AND id = ANY ($2::uuid[])`;
const owners = `SELECT system, value, product_id AS "productId" FROM reference.product_code
  WHERE release_id = $1 AND value = ANY ($2::text[])`;

type ProductFromRow = Omit<ProductBody, 'ingredients'> & {
  id: string;
  ingredients: { code: string; amount: string | null; unit: string; perAmount: string; perUnit: string }[];
};

/** What of a release these changes are checked against. Null when there is no such release. */
export async function readFacts(
  tx: Tx,
  releaseId: string,
  changes: readonly LocalChange[],
): Promise<CatalogFacts | null> {
  const ids = changes.flatMap((change) => ('productId' in change ? [change.productId] : []));
  const values = changes.flatMap((change) =>
    change.kind === 'product' ? change.product.codes.flatMap(storedCodes).map(({ value }) => value) : [],
  );
  const [loaded, ingredientRows, inUse, productRows, ownerRows] = await Promise.all([
    loadRules(tx, releaseId),
    tx.query<{ code: string; name: string; synonyms: Synonym[] }>(everyIngredient, [releaseId]),
    tx.query<{ kind: string; code: string; name: string; words: string[] }>(codesInUse, [releaseId]),
    tx.query<ProductFromRow>(products, [releaseId, ids]),
    tx.query<{ system: string; value: string; productId: string }>(owners, [releaseId, values]),
  ]);
  if (!loaded) return null;
  const of = (kind: string) => inUse.filter((each) => each.kind === kind);
  const codes = (kind: string) => new Set(of(kind).map(({ code }) => code));
  return {
    ingredients: new Map(ingredientRows.map(({ code, ...rest }) => [code, rest])),
    forms: new Map(of('form').map(({ code, name, words }) => [code, { name, words }])),
    routes: codes('route'),
    lookAlikes: codes('alike'),
    changed: codes('changed'),
    categories: new Set(loaded.categories.keys()),
    classes: loaded.classes,
    conditions: loaded.conditions,
    otherAllergens: loaded.otherAllergens,
    rules: new Map(
      (Object.keys(kindOf) as (keyof Rules)[]).flatMap((kind) =>
        loaded.rules[kind].map((rule): [string, KnownRule] => [rule.id, { kind: kindOf[kind], rule }]),
      ),
    ),
    products: new Map(productRows.map(({ id, ...product }) => [id, bodyOf(product)])),
    codes: new Map(ownerRows.map((each) => [codeKey(each), each.productId])),
  };
}

const bodyOf = ({ ingredients, ...product }: Omit<ProductFromRow, 'id'>): ProductBody => ({
  ...product,
  ingredients: ingredients.map(({ code, amount, ...strength }) => ({
    code,
    strength: amount === null ? null : strengthText({ amount, ...strength }),
  })),
});
