import { readFormulary } from '../src/formulary/read-formulary.ts';
import { formularyProductId } from '../src/release/product-id.ts';
import { parseStrengths } from '../src/amount/strength.ts';
import type { ClinicalProduct, ClinicalRelease } from '../src/screen/release.ts';

const formulary = readFormulary();

/** The shipped formulary as a release in memory, without a database. */
export const shippedRelease: ClinicalRelease = {
  id: '00000000-0000-7000-8000-000000000001',
  ingredients: new Map(
    formulary.ingredients.map(({ code, name }) => [
      code,
      {
        name,
        reviewed: true,
        classes: new Set(
          formulary.classes.filter((each) => each.members.includes(code)).map((each) => each.code),
        ),
      },
    ]),
  ),
  classes: new Set(formulary.classes.map(({ code }) => code)),
  otherAllergens: new Set(formulary.otherAllergens.map(({ code }) => code)),
  conditions: new Set(formulary.conditions.map(({ code }) => code)),
  routes: new Set(formulary.routes.map(({ code }) => code)),
  localRoutes: new Set(
    formulary.routes.filter(({ exposure }) => exposure === 'local').map(({ code }) => code),
  ),
  rules: formulary.rules,
  products: new Map(
    formulary.products.flatMap((row) =>
      row.strengths.map((strengths): [string, ClinicalProduct] => [
        formularyProductId(row.ingredients, row.form, row.route, strengths),
        {
          routes: [row.route],
          ingredients: row.ingredients.map((code, index) => ({ code, strength: strengths[index]! })),
        },
      ]),
    ),
  ),
};

/** The id of a shipped product, such as `product('warfarin', 'tablet', 'oral', '5 mg')`. */
export function product(ingredients: string, form: string, route: string, strengths: string): string {
  const id = formularyProductId(ingredients.split(' + '), form, route, parseStrengths(strengths)!);
  if (!shippedRelease.products.has(id))
    throw new Error(`The formulary has no ${ingredients} ${form} ${strengths}.`);
  return id;
}
