import type { CatalogTerms } from '../importing/catalog-terms.ts';
import type { KnownIngredient } from '../importing/substances.ts';
import { cisProductId } from '../release/product-id.ts';
import type { NewProduct } from '../release/product-row.ts';
import type { MarketStatus } from '../release/rows.ts';
import { fold } from '../text/fold.ts';
import { frenchSubstance } from './french-substance.ts';
import { formCodeOf, routeCodeOf } from './french-terms.ts';
import type { Component } from './read-composition.ts';

export interface BdpmProduct {
  readonly cis: string;
  readonly product: NewProduct;
  /** French names of ingredients that they are not known by yet. */
  readonly frenchNames: readonly { readonly code: string; readonly name: string }[];
  readonly remarks: readonly string[];
}

/** Names of more ingredients than that are no name any more. */
const mostNames = 5;

/** One row of CIS_bdpm as a product, or why it is left out. `stopped` is the day its last package went off the market. */
export function bdpmProduct(
  fields: Readonly<Record<string, string>>,
  components: readonly Component[],
  stopped: string | null,
  terms: CatalogTerms,
): BdpmProduct | string {
  const { cis = '', name = '', form: formName = '', holder = '' } = fields;
  if (!/^\d{8}$/.test(cis)) return `"${cis}" is no CIS code`;
  if (name === '') return `${cis}: no name`;
  if (formName === '') return `${cis}: no form`;
  const given = listOf(fields['routes']).map((route) => ({ route, code: routeCodeOf(route) }));
  const routes = [...new Set(given.map(({ route, code }) => terms.routeOf(code, route)))];
  const formCode = formCodeOf(
    formName,
    given.map(({ code }) => code),
  );
  const found = components.map((component) => ({
    ...component,
    ...ingredientOf(component.substance, terms),
  }));
  // Salts of one substance are one ingredient; together they have no strength that could be compared.
  const ingredients = [...Map.groupBy(found, ({ known }) => known.code)].map(([code, each]) => ({
    code,
    name: each[0]!.known.name,
    strength: each.length === 1 ? each[0]!.strength : null,
  }));
  const form = terms.formOf(formCode, formName);
  const same = terms.sameMedicine(
    ingredients.map(({ code }) => code),
    form.code,
  );
  const brandName = brandOf(name);
  const names = ingredients.map((each) => each.name);
  return {
    cis,
    product: {
      id: cisProductId(cis),
      origin: 'bdpm',
      genericName: names.length > 0 && names.length <= mostNames ? names.join(' + ') : brandName,
      brandName,
      brands: [],
      form,
      routes,
      ingredients,
      // The list does not say who may have it without a prescription.
      supply: 'rx',
      schedule: same.schedule,
      category: same.category,
      companyId: holder === '' ? null : terms.company(holder),
      market: { jurisdiction: 'FR', status: statusOf(fields), start: null, end: stopped },
      printed: { name, language: 'fr' },
    },
    frenchNames: found.flatMap(({ known, frenchName }) =>
      frenchName ? [{ code: known.code, name: frenchName }] : [],
    ),
    remarks: [
      ...(ingredients.length === 0 ? [`${cis}: no composition is listed, so it cannot be screened`] : []),
      ...(ingredients.some(({ strength }) => strength === null)
        ? [`${cis}: an amount cannot be read or is not one, left out`]
        : []),
    ],
  };
}

const listOf = (field: string | undefined): string[] =>
  (field ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter(Boolean);

const strength =
  /,? \d[\d ,./]*(?:mg|g|µg|microgrammes?|ml|UI|U\.I\.|M\.?U\.?I|%|POUR CENT|mmol|CH|DH|millions?)(?![\p{Letter}]).*$/iu;

/** `ABACAVIR ARROW 300 mg, comprimé pelliculé sécable` is sold as ABACAVIR ARROW. */
const brandOf = (name: string): string => name.split(/,\s/)[0]!.replace(strength, '') || name;

function statusOf({ authorisation = '', marketing = '' }: Readonly<Record<string, string>>): MarketStatus {
  if (fold(authorisation) !== 'autorisation active') return 'excluded';
  return fold(marketing) === 'commercialisee' ? 'marketed' : 'not_marketed';
}

/** The ingredient, and its French name when that is a new one. Names that mean different ingredients mean none. */
function ingredientOf(
  substance: string,
  terms: CatalogTerms,
): { known: KnownIngredient; frenchName: string | null } {
  const { base, names } = frenchSubstance(substance);
  const candidates = names.flatMap((name) => terms.knownIngredient(name) ?? []);
  const [known] = candidates;
  if (!known || candidates.some(({ code }) => code !== known.code))
    return { known: terms.ingredient(substance), frenchName: null };
  const named = [known.name, ...known.synonyms].some((name) => fold(name) === base);
  return { known, frenchName: named || /^\w+ure de /.test(base) ? null : base };
}
