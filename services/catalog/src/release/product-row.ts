import { type Strength, strengthText } from '../amount/strength.ts';
import type { Schedule } from '../formulary/formulary.ts';
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
  readonly form: { readonly code: string };
  readonly routes: readonly string[];
  readonly ingredients: readonly {
    readonly code: string;
    readonly strength: Strength | null;
  }[];
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

/** A product as its rows in a release. */
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
