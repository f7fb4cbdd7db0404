import type { Tx } from '@carethread/bus/transaction.ts';
import type { Page } from '@carethread/service-kit/page.ts';
import type { ProductWithdrawal } from '../withdrawal/product-withdrawal.ts';

// As foldLot: people and scanners differ in case, spaces and hyphens.
const folded = (lot: string) => `upper(regexp_replace(${lot}, '[^[:alnum:]]', '', 'g'))`;
const isAbout = (item: string) => `CASE WHEN ${item}.substitute_text IS NULL THEN line.product_id
    ELSE ${item}.substitute_product_id END = $1 AND ($2::text[] IS NULL OR ${folded(`${item}.lot`)} = ANY ($2))`;

/** Prescriptions of which something stands ready that it is about. */
const withPrepared = `SELECT fill.prescription_id FROM preparation ready JOIN fill ON fill.id = fill_id
    JOIN prescription_line line ON line.id = line_id WHERE fill.status = 'open' AND ${isAbout('ready')}`;
/** Prescriptions in force that it concerns: by their lines, or by what stands ready of a lot. */
const active = `SELECT id FROM prescription WHERE status IN ('signed', 'blocked', 'released') AND id IN (
    SELECT prescription_id FROM prescription_line line JOIN prescription own ON own.id = prescription_id
     WHERE $2::text[] IS NULL AND product_id = $1 AND line.content_version = own.content_version
    UNION ${withPrepared})`;
const received = `SELECT dispense.id, dispense.patient_id, dispense.pharmacy_id FROM dispense
    JOIN dispense_item item ON dispense_id = dispense.id JOIN prescription_line line ON line.id = line_id
   WHERE ${isAbout('item')}`;

const about = ({ productId, lots }: ProductWithdrawal) => [productId, lots];

/** Of prescriptions in force that it concerns, as far as the actor may see them, newest first. One more than the page. */
export const concernedPrescriptions = (
  tx: Tx,
  withdrawal: ProductWithdrawal,
  { first, after }: Page<string>,
) =>
  tx.query<{ id: string }>(
    `SELECT id FROM (${active}) each WHERE $3::uuid IS NULL OR id < $3 ORDER BY id DESC LIMIT $4`,
    [...about(withdrawal), after, first + 1],
  );

/** Of hand-overs in which it went out, as far as the actor may see them, newest first. One more than the page. */
export const dispensesOf = (tx: Tx, withdrawal: ProductWithdrawal, { first, after }: Page<string>) =>
  tx.query<{ id: string }>(
    `SELECT DISTINCT id FROM (${received}) each WHERE $3::uuid IS NULL OR id < $3 ORDER BY id DESC LIMIT $4`,
    [...about(withdrawal), after, first + 1],
  );

export interface Impact {
  readonly prescriptions: number;
  readonly prepared: number;
  readonly patients: number;
  readonly pharmacies: number;
}
/** How many it concerns in all. For the worker, who sees everything; nobody's name or id leaves. */
export const impactOf = async (tx: Tx, withdrawal: ProductWithdrawal): Promise<Impact> =>
  (
    await tx.query<Impact>(
      `SELECT (SELECT count(*)::int FROM (${active}) each) AS prescriptions,
         (SELECT count(DISTINCT prescription_id)::int FROM (${withPrepared}) each) AS prepared,
         (SELECT count(DISTINCT patient_id)::int FROM (${received}) each) AS patients,
         (SELECT count(DISTINCT pharmacy_id)::int FROM (${received}) each) AS pharmacies`,
      about(withdrawal),
    )
  )[0]!;
