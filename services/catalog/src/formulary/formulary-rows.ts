import type { ReleaseTable } from '../release/rows.ts';
import { formularyProductId } from '../release/product-id.ts';
import { productRows } from '../release/product-row.ts';
import { ruleRows } from '../rules/rule-rows.ts';
import type { Formulary } from './formulary.ts';

type Rows = ReadonlyMap<ReleaseTable, readonly { release_id: string; origin: 'formulary' }[]>;

/** The formulary as rows of a release. */
export function formularyRows(release: string, formulary: Formulary): Rows {
  const key = { release_id: release, origin: 'formulary' as const };
  const of = <Item, Row extends object>(items: readonly Item[], row: (item: Item) => Row) =>
    items.map((item) => ({ ...row(item), ...key }));
  const { ingredients, rules } = formulary;
  const products = productsOf(release, formulary);
  return new Map(
    Object.entries({
      ingredient: of(ingredients, ({ code, name, schedule }) => ({ code, name, schedule, reviewed: true })),
      ingredient_synonym: ingredients.flatMap(({ code, synonyms }) =>
        of(synonyms, (synonym) => ({ ...synonym, ingredient_code: code })),
      ),
      ingredient_code: ingredients.flatMap(({ code, atc }) =>
        of(atc, (value) => ({ ingredient_code: code, system: 'ATC', value })),
      ),
      ingredient_class: of(formulary.classes, ({ code, name }) => ({ code, name })),
      ingredient_class_member: formulary.classes.flatMap(({ code, members }) =>
        of(members, (member) => ({ class_code: code, ingredient_code: member })),
      ),
      look_alike: of(formulary.lookAlikes, ({ a, b }) => ({ a, b })),
      dosage_form: of(formulary.forms, (form) => form),
      route: of(formulary.routes, (route) => route),
      therapeutic_category: of(formulary.categories, ({ atcPrefix, name }) => ({
        atc_prefix: atcPrefix,
        name,
      })),
      condition: of(formulary.conditions, (condition) => condition),
      other_allergen: of(formulary.otherAllergens, (allergen) => allergen),
      product: products.map(({ product }) => product),
      product_ingredient: products.flatMap((each) => each.ingredients),
      product_route: products.flatMap((each) => each.routes),
      product_code: products.flatMap((each) => each.codes),
      ...ruleRows(key, rules),
    }) as [ReleaseTable, never][],
  );
}

/** Each row of the file is one product for each of its strengths. */
function productsOf(release: string, { ingredients, products, forms }: Formulary) {
  const ingredientOf = new Map(ingredients.map((each) => [each.code, each]));
  const formOf = new Map(forms.map((each) => [each.code, each]));
  return products.flatMap((row) => {
    const parts = row.ingredients.map((code) => ingredientOf.get(code)!);
    const form = formOf.get(row.form)!;
    // A mixture goes by its own brands: "Lipitor" asks for atorvastatin alone.
    const brandsOfIngredient =
      parts.length === 1 ? parts[0]!.synonyms.filter(({ kind }) => kind === 'brand') : [];
    return row.strengths.map((strengths) => {
      const id = formularyProductId(row.ingredients, row.form, row.route, strengths);
      const rows = productRows(release, {
        id,
        origin: 'formulary',
        genericName: genericName(parts.map(({ name }) => name)),
        brandName: null,
        brands: [...row.brands, ...brandsOfIngredient.map(({ name }) => name)],
        form,
        routes: [row.route],
        ingredients: parts.map(({ code }, index) => ({ code, strength: strengths[index]! })),
        supply: row.supply,
        schedule: row.schedule,
        category: row.atc?.slice(0, 3) ?? null,
        companyId: null,
      });
      const code = { release_id: release, origin: 'formulary' as const, product_id: id, package_code: '' };
      return { ...rows, codes: row.atc ? [{ ...code, system: 'ATC', value: row.atc }] : [] };
    });
  });
}

/** `Amoxicillin + clavulanate`. */
const genericName = ([first = '', ...others]: string[]): string =>
  [first, ...others.map((name) => name.charAt(0).toLowerCase() + name.slice(1))].join(' + ');
