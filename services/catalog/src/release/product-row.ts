import { decimalText, exact, over, times } from '../amount/exact.ts';
import { type Strength, strengthText } from '../amount/strength.ts';
import { unitOf } from '../amount/unit.ts';
import type { Schedule } from '../formulary/formulary.ts';
import { searchVector } from '../search-products/search-words.ts';
import { fold } from '../text/fold.ts';
import type { ProductId } from './product-id.ts';
import type { Origin } from './part.ts';
import type {
  Jurisdiction,
  MarketStatus,
  ProductIngredientRow,
  ProductRouteRow,
  ProductRow,
} from './rows.ts';

export interface NewProduct {
  readonly id: ProductId;
  readonly origin: Origin;
  readonly genericName: string;
  readonly brandName: string | null;
  readonly brands: readonly string[];
  readonly form: { readonly code: string; readonly words: readonly string[] };
  readonly routes: readonly string[];
  readonly ingredients: readonly {
    readonly code: string;
    readonly names: readonly string[];
    readonly strength: Strength | null;
  }[];
  readonly synonyms: readonly string[];
  readonly supply: 'rx' | 'otc';
  readonly schedule: Schedule | null;
  readonly category: string | null;
  readonly companyId: string | null;
  /** Nothing for what is prescribed everywhere and always. */
  readonly market?: {
    readonly jurisdiction: Jurisdiction;
    readonly status: MarketStatus;
    /** ISO dates. */
    readonly start: string | null;
    readonly end: string | null;
  };
  /** The whole name as printed, in a language as ISO 639-1. */
  readonly printed?: { readonly name: string; readonly language: string };
}

/** A product as its rows in a release, with what search and equivalence need worked out. */
export function productRows(release: string, product: NewProduct) {
  const { id, origin, ingredients, routes } = product;
  const key = { release_id: release, origin };
  const row: ProductRow = {
    ...key,
    id,
    generic_name: product.genericName,
    brand_name: product.brandName,
    brands: [...product.brands],
    form_code: product.form.code,
    strength: strengthsText(product),
    supply: product.supply,
    schedule: product.schedule,
    category: product.category,
    company_id: product.companyId,
    jurisdiction: product.market?.jurisdiction ?? null,
    printed_name: product.printed?.name ?? null,
    language: product.printed?.language ?? null,
    marketing_start: product.market?.start ?? null,
    marketing_end: product.market?.end ?? null,
    market_status: product.market?.status ?? 'marketed',
    routes: [...routes],
    names: [product.genericName, product.brandName ?? ''].filter(Boolean).map(fold),
    words: searchVector({
      names: [product.genericName, product.brandName ?? '', ...ingredients.flatMap(({ names }) => names)],
      synonyms: [...product.brands, ...product.synonyms],
      strengths: ingredients.flatMap(({ strength }) => strength ?? []),
      forms: [...product.form.words, ...routes],
    }),
    sort_key: sortKey(product),
    equivalence: equivalence(product),
  };
  return {
    product: row,
    ingredients: ingredients.map(({ code, strength }, position): ProductIngredientRow => ({
      ...key,
      product_id: id,
      position,
      ingredient_code: code,
      numerator: strength?.amount ?? null,
      numerator_unit: strength?.unit ?? null,
      denominator: strength?.perAmount ?? null,
      denominator_unit: strength?.perUnit ?? null,
    })),
    routes: routes.map((route_code): ProductRouteRow => ({ ...key, product_id: id, route_code })),
  };
}

const strengthsText = ({ ingredients }: NewProduct): string | null =>
  ingredients.length > 0 && ingredients.every(({ strength }) => strength)
    ? ingredients.map(({ strength }) => strengthText(strength!)).join(' + ')
    : null;

/** Reviewed before imported, single medicines before mixtures, then name, form and amount as a number. */
function sortKey({ origin, ingredients, genericName, brandName, form }: NewProduct): string {
  const amount = ingredients[0]?.strength
    ? (concentration(ingredients[0].strength)?.split(' ')[0] ?? '')
    : '';
  const [whole = '', fraction = ''] = amount.split('.');
  return [
    `${origin === 'formulary' ? 0 : 1}${Math.min(ingredients.length || 9, 9)}`,
    fold(genericName),
    fold(brandName ?? ''),
    form.code,
    `${whole.padStart(15, '0')}.${fraction}`,
  ].join('|');
}

/** Same ingredients in the same amounts and form; null when an amount is not known. */
function equivalence({ ingredients, form }: NewProduct): string | null {
  const contents = ingredients.map(({ code, strength }) => strength && `${code} ${concentration(strength)}`);
  if (contents.length === 0 || contents.some((content) => !content)) return null;
  return [...contents.toSorted(), form.code].join('|');
}

/** 250 mg/5 mL and 50 mg/mL are the same: amount in the smallest unit, per one of the product's, with the dimensions. */
function concentration(strength: Strength): string | null {
  const [amount, perAmount] = [exact(strength.amount), exact(strength.perAmount)];
  const [unit, perUnit] = [unitOf(strength.unit), unitOf(strength.perUnit)];
  if (!amount || !perAmount || !unit || !perUnit || perAmount.n === 0n) return null;
  const value = over(times(amount, unit.factor), times(perAmount, perUnit.factor));
  return `${decimalText(value)} ${unit.dimension}/${perUnit.dimension}`;
}
