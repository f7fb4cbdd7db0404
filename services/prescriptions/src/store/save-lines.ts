import type { Tx } from '@carethread/bus/transaction.ts';
import type { Line } from '../line.ts';
import type { Prescription } from '../prescription.ts';

const remove = 'DELETE FROM prescription_line WHERE prescription_id = $1 AND content_version = $2';
const insert = `INSERT INTO prescription_line (id, prescription_id, content_version, position, product_id, text, ingredients,
    strength, form, route, dose_amount, dose_unit, doses_per_day, duration_days, quantity, quantity_unit, repeats,
    substitution_allowed, instructions)
  SELECT id, $1, $2, position, "productId", text, ARRAY(SELECT jsonb_array_elements_text(ingredients)), strength, form, route,
    dose ->> 'amount', dose ->> 'unit', (dose ->> 'perDay')::float8, "durationDays", quantity, "quantityUnit", repeats,
    "substitutionAllowed", instructions
  FROM jsonb_to_recordset($3::jsonb) AS line (id uuid, position int, "productId" uuid, text text, ingredients jsonb,
    strength text, form text, route text, dose jsonb, "durationDays" int, quantity int, "quantityUnit" text, repeats int,
    "substitutionAllowed" boolean, instructions text)`;
const resolve = `UPDATE prescription_line SET wording = found.wording, schedule = found.schedule,
    resolved_ingredients = ARRAY(SELECT jsonb_array_elements_text(found.ingredients))
  FROM jsonb_to_recordset($2::jsonb) AS found (id uuid, wording text, ingredients jsonb, schedule text)
  WHERE prescription_line.id = found.id AND prescription_id = $1`;

/** Writes what the catalog said of these lines; whatever else they say stays. */
export function saveResolved(tx: Tx, id: string, lines: readonly Line[]): void {
  const resolved = lines.flatMap((line) => (line.resolved ? [{ id: line.id, ...line.resolved }] : []));
  if (resolved.length > 0) tx.send(resolve, [id, JSON.stringify(resolved)]);
}

/** Writes the lines that changed: drafted ones whole, signed ones only in what the catalog said about them. */
export function saveLines(tx: Tx, before: Prescription | null, after: Prescription): void {
  const { id, contentVersion, lines, amendment } = after;
  if (before?.status === 'draft' && lines !== before.lines) replace(tx, id, contentVersion, lines);
  const former = before?.amendment;
  if (amendment && amendment.lines !== former?.lines)
    replace(tx, id, amendment.contentVersion, amendment.lines);
  if (former && !amendment && former.contentVersion !== contentVersion)
    tx.send(remove, [id, former.contentVersion]);
  const known = new Map(
    [...(before?.lines ?? []), ...(former?.lines ?? [])].map((line) => [line.id, line.resolved]),
  );
  saveResolved(
    tx,
    id,
    lines.filter((line) => known.get(line.id) !== line.resolved),
  );
}

function replace(tx: Tx, id: string, version: number, lines: readonly Line[]): void {
  tx.send(remove, [id, version]);
  if (lines.length === 0) return;
  tx.send(insert, [id, version, JSON.stringify(lines.map((line, position) => ({ ...line, position })))]);
}
