/** In the order in which differences are listed. */
export const comparedKinds = ['ingredient', 'package', 'product', 'rule'] as const;
/** What is compared one by one. */
export type ComparedKind = (typeof comparedKinds)[number];

/**
 * Statements that show what a release has, one row per thing: id, origin, name, what is shown of it, and what
 * `reviewed` and rank mean when two of them are compared.
 */
const shownIn = (kind: ComparedKind, release: '$1' | '$2'): string => {
  const here = `release_id = ${release}::uuid`;
  return {
    product: products(here),
    package: packages(here),
    ingredient: ingredients(here),
    rule: rules(here),
  }[kind];
};

const products = (here: string) => `
  SELECT product.id::text, product.origin, coalesce(brand_name, generic_name) AS name,
         jsonb_strip_nulls(jsonb_build_object('name', coalesce(brand_name, generic_name), 'genericName', generic_name,
           'form', form_code, 'strength', strength, 'supply', supply, 'schedule', schedule, 'category', category,
           'marketStatus', market_status, 'marketingEnd', marketing_end, 'ingredients', part.codes)) AS shown,
         part.reviewed, NULL::int AS rank
    FROM reference.product LEFT JOIN (
      SELECT product_id, jsonb_agg(ingredient_code ORDER BY position) AS codes,
             array_agg(ingredient_code) FILTER (WHERE ingredient.reviewed) AS reviewed
        FROM reference.product_ingredient part JOIN reference.ingredient
          ON ingredient.release_id = part.release_id AND ingredient.code = part.ingredient_code
       WHERE part.${here} GROUP BY product_id) part ON product_id = product.id
   WHERE product.${here}`;

const packages = (here: string) => `
  SELECT code AS id, package.origin, description AS name,
         jsonb_strip_nulls(jsonb_build_object('description', description, 'marketingEnd', marketing_end,
           'sample', nullif(sample, false), 'price', price.amount)) AS shown,
         NULL::text[] AS reviewed, price.amount::int AS rank
    FROM reference.package LEFT JOIN (
      SELECT package_code, amount_minor AS amount FROM reference.package_price WHERE ${here} AND kind = 'public') price
      ON package_code = code
   WHERE package.${here}`;

const ingredients = (here: string) => `
  SELECT code AS id, origin, name,
         jsonb_strip_nulls(jsonb_build_object('name', name, 'schedule', schedule, 'reviewed', reviewed)) AS shown,
         CASE WHEN reviewed THEN ARRAY[code] END AS reviewed, NULL::int AS rank
    FROM reference.ingredient WHERE ${here}`;

/** Strictest first: a rule whose rank grows was weakened. */
const rank = `array_position(ARRAY['contraindicated', 'major', 'moderate', 'info'], severity)`;
const rules = (here: string) =>
  [
    ['interaction_rule', `a || ' + ' || b`, rank],
    ['allergy_rule', `allergy_to || ' > ' || applies_to`, rank],
    ['contraindication_rule', 'subject', rank],
    ['duplicate_rule', 'subject', rank],
    ['dosage_guideline', 'ingredient', 'NULL::int'],
  ]
    .map(
      ([table, name, order]) =>
        `SELECT id, origin, ${name} AS name, to_jsonb(rule) - 'release_id' - 'origin' AS shown,
                NULL::text[] AS reviewed, ${order} AS rank
           FROM reference.${table} rule WHERE ${here}`,
    )
    .join(' UNION ALL ');

/**
 * Everything of one kind in the releases $1 (older; may be null) and $2, with how it changed: added, withdrawn, changed, or same. Of
 * a changed thing only the fields that differ are shown. `suspicious` says why a person should look at it.
 */
export const differencesIn = (kind: ComparedKind): string => `
  SELECT '${kind}' AS kind, id, origin, name, change, suspicious,
         CASE change WHEN 'changed' THEN (SELECT jsonb_object_agg(key, value) FROM jsonb_each(before)
                WHERE after -> key IS DISTINCT FROM value) ELSE before END AS before,
         CASE change WHEN 'changed' THEN (SELECT jsonb_object_agg(key, value) FROM jsonb_each(after)
                WHERE before -> key IS DISTINCT FROM value) ELSE after END AS after
    FROM (
      SELECT id, coalesce(new.origin, old.origin) AS origin, coalesce(new.name, old.name) AS name,
             old.shown AS before, new.shown AS after,
             CASE WHEN old.id IS NULL THEN 'added' WHEN new.id IS NULL THEN 'withdrawn'
                  WHEN old.shown = new.shown THEN 'same' ELSE 'changed' END AS change,
             CASE
               WHEN '${kind}' = 'rule' AND old.id IS NOT NULL AND (new.id IS NULL OR new.rank > old.rank) THEN 'rule_weakened'
               WHEN old.shown = new.shown OR old.id IS NULL THEN NULL
               WHEN '${kind}' = 'ingredient' AND old.reviewed IS NOT NULL AND new.reviewed IS NULL THEN 'reviewed_ingredient_lost'
               WHEN new.id IS NULL THEN NULL
               WHEN '${kind}' = 'product' AND NOT coalesce(old.reviewed, '{}') <@ coalesce(new.reviewed, '{}')
                 THEN 'reviewed_ingredient_lost'
               WHEN '${kind}' = 'product' AND old.shown ? 'schedule' AND NOT new.shown ? 'schedule' THEN 'schedule_dropped'
               WHEN '${kind}' = 'product' AND old.shown ->> 'supply' = 'rx' AND new.shown ->> 'supply' = 'otc'
                 THEN 'prescription_dropped'
               WHEN '${kind}' = 'product' AND old.shown ->> 'strength' <> new.shown ->> 'strength' THEN 'strength_changed'
               WHEN '${kind}' = 'package' AND (new.rank > old.rank * 5 OR new.rank * 5 < old.rank) THEN 'price_jump'
             END AS suspicious
        FROM (${shownIn(kind, '$1')}) old FULL JOIN (${shownIn(kind, '$2')}) new USING (id)) each`;
