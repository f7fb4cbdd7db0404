import type { Tx } from '@carethread/bus/transaction.ts';
import type { Schedule } from '../formulary/formulary.ts';

/** Which part of a release a row belongs to: shipped and reviewed, an imported list, or what was changed here. */
export type Origin = 'formulary' | 'ndc' | 'local';

/** What every row of a release has; further fields are named as the table's columns. */
export interface ReleaseRow {
  release_id: string;
  origin: Origin;
}
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
  routes: string[];
  names: string[];
  words: string;
  sort_key: string;
  equivalence: string | null;
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
}
export interface CompanyRow extends ReleaseRow {
  id: string;
  name: string;
}

/** Tables of a release in the order they can be written; copied and removed in this knowledge, too. */
export const releaseTables = [
  'ingredient',
  'ingredient_synonym',
  'ingredient_code',
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
  'product_code',
  'interaction_rule',
  'allergy_rule',
  'contraindication_rule',
  'duplicate_rule',
  'dosage_guideline',
] as const;
export type ReleaseTable = (typeof releaseTables)[number];

/** As many as keep one statement's JSON at about a megabyte. */
const batch = 1_000;

/** Writes rows whose fields are named as the table's columns. One statement per thousand. */
export async function insertRows(tx: Tx, table: ReleaseTable, rows: readonly ReleaseRow[]): Promise<void> {
  const insert = `INSERT INTO reference.${table}
    SELECT * FROM jsonb_populate_recordset(NULL::reference.${table}, $1)`;
  for (let start = 0; start < rows.length; start += batch)
    await tx.query(insert, [JSON.stringify(rows.slice(start, start + batch))]);
}

/**
 * Copies one part of a release into another, as it came: without what was changed here. What the other already has stays
 * as it is: an ingredient that was imported before and is in the formulary now is the formulary's.
 */
export async function copyPart(tx: Tx, from: string, to: string, origin: Origin): Promise<void> {
  for (const table of releaseTables)
    await tx.query(
      `INSERT INTO reference.${table}
       SELECT (jsonb_populate_record(each, jsonb_build_object('release_id', $2::text))).*
         FROM reference.${table} each WHERE release_id = $1 AND origin = $3
       UNION ALL
       SELECT (jsonb_populate_record(NULL::reference.${table}, "row" || jsonb_build_object('release_id', $2::text))).*
         FROM reference.shadowed_row WHERE release_id = $1 AND origin = $3 AND table_name = $4
       ON CONFLICT DO NOTHING`,
      [from, to, origin, table],
    );
}
