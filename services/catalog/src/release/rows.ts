import type { Tx } from '@carethread/bus/transaction.ts';
import type { Schedule } from '../formulary/formulary.ts';
import type { Origin } from './part.ts';

/** What every row of a release has; further fields are named as the table's columns. */
export interface ReleaseRow {
  release_id: string;
  origin: Origin;
}
/** Where a product is authorised. */
export type Jurisdiction = 'US' | 'FR';
/** What its source says about selling a product. */
export type MarketStatus = 'marketed' | 'not_marketed' | 'excluded' | 'unfinished';

export interface IngredientRow extends ReleaseRow {
  code: string;
  name: string;
  schedule: Schedule | null;
  reviewed: boolean;
}
export interface ProductRow extends ReleaseRow {
  id: string;
  generic_name: string;
  brand_name: string | null;
  brands: string[];
  form_code: string;
  strength: string | null;
  supply: 'rx' | 'otc';
  schedule: Schedule | null;
  category: string | null;
  company_id: string | null;
  jurisdiction: Jurisdiction | null;
  printed_name: string | null;
  language: string | null;
  marketing_start: string | null;
  marketing_end: string | null;
  market_status: MarketStatus;
}
export interface ProductIngredientRow extends ReleaseRow {
  product_id: string;
  position: number;
  ingredient_code: string;
  numerator: string | null;
  numerator_unit: string | null;
  denominator: string | null;
  denominator_unit: string | null;
}
export interface ProductRouteRow extends ReleaseRow {
  product_id: string;
  route_code: string;
}
export interface ProductCodeRow extends ReleaseRow {
  product_id: string;
  package_code: string;
  system: string;
  value: string;
}
export interface PackageRow extends ReleaseRow {
  code: string;
  product_id: string;
  description: string;
  marketing_start: string | null;
  marketing_end: string | null;
  sample: boolean;
}
/** An amount in the currency's smallest unit, or a rate in percent. */
export interface PackagePriceRow extends ReleaseRow {
  package_code: string;
  kind: 'public' | 'fee' | 'public_with_fee' | 'reimbursement';
  amount_minor: number | null;
  currency: string | null;
  percent: string | null;
  valid_from: string | null;
  source: string;
}
export interface GenericGroupRow extends ReleaseRow {
  code: string;
  name: string;
}
export interface GenericGroupMemberRow extends ReleaseRow {
  group_code: string;
  product_id: string;
  kind: 'reference' | 'generic' | 'dose_complement' | 'substitutable';
}
export interface CompanyRow extends ReleaseRow {
  id: string;
  name: string;
}

/** Tables of a release in the order they can be written; removed the other way round. */
export const releaseTables = [
  'ingredient',
  'ingredient_synonym',
  'ingredient_code',
  'ingredient_approval',
  'ingredient_class',
  'ingredient_class_member',
  'look_alike',
  'dosage_form',
  'route',
  'therapeutic_category',
  'condition',
  'other_allergen',
  'company',
  'product',
  'product_ingredient',
  'product_route',
  'package',
  'package_price',
  'product_code',
  'generic_group',
  'generic_group_member',
  'interaction_rule',
  'allergy_rule',
  'contraindication_rule',
  'duplicate_rule',
  'dosage_guideline',
] as const;
export type ReleaseTable = (typeof releaseTables)[number];

/** What several parts may bring: the row of whoever comes first stays. */
const shared: ReadonlySet<ReleaseTable> = new Set(['ingredient', 'dosage_form', 'route', 'company']);

/** As many as keep one statement's JSON at about a megabyte. */
const batch = 1_000;

/**
 * Writes rows whose fields are named as the table's columns. A column that no row names gets its default, one that only some
 * name is null in the others. One statement per thousand.
 */
export async function insertRows<Row extends ReleaseRow>(
  tx: Tx,
  table: ReleaseTable,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].map((name) => `"${name}"`).join(', ');
  const insert = `INSERT INTO reference.${table} (${columns})
    SELECT ${columns} FROM jsonb_populate_recordset(NULL::reference.${table}, $1)
    ${shared.has(table) ? 'ON CONFLICT DO NOTHING' : ''}`;
  for (let start = 0; start < rows.length; start += batch)
    await tx.query(insert, [JSON.stringify(rows.slice(start, start + batch))]);
}
