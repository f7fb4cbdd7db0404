import type { Tx } from '@carethread/bus/transaction.ts';
import { type Dispense, type Fill, preparedOf, type Substitution } from '../fill.ts';
import type { Prescription } from '../prescription.ts';

const insertFill = `INSERT INTO fill (id, prescription_id, number, ticket_id, content_version, status, version,
    last_dispense_id, opened_at, patient_id, doctor_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;
const updateFill = 'UPDATE fill SET status = $2, version = $3, last_dispense_id = $4 WHERE id = $1';
const upsertLines = `INSERT INTO fill_line (fill_id, line_id, quantity, prepared, handed_over, not_dispensed,
    first_handed_over_at, part_reason)
  SELECT $1, line_id, quantity, prepared, handed_over, not_dispensed, first_handed_over_at, part_reason
  FROM jsonb_to_recordset($2::jsonb) AS line (line_id uuid, quantity int, prepared int, handed_over int,
    not_dispensed text, first_handed_over_at timestamptz, part_reason text)
  ON CONFLICT (fill_id, line_id) DO UPDATE SET
    prepared = excluded.prepared, handed_over = excluded.handed_over, not_dispensed = excluded.not_dispensed,
    first_handed_over_at = excluded.first_handed_over_at, part_reason = excluded.part_reason`;
const dropPreparations = 'DELETE FROM preparation WHERE fill_id = $1';
const lotColumns =
  'line_id, quantity, lot, expires_on, substitute_text, substitute_product_id, substitution_type, substitution_reason, prepared_by, prepared_at';
const lotTypes = `line_id uuid, quantity int, lot text, expires_on date, substitute_text text, substitute_product_id uuid, substitution_type text,
  substitution_reason text, prepared_by uuid, prepared_at timestamptz`;
const insertPreparations = `INSERT INTO preparation (id, fill_id, ${lotColumns})
  SELECT id, $1, ${lotColumns} FROM jsonb_to_recordset($2::jsonb) AS ready (id uuid, ${lotTypes})`;
const insertDispense = `INSERT INTO dispense (id, prescription_id, fill_id, ticket_id, pharmacy_id, fence, handed_over_by,
    handed_over_at, patient_id, doctor_id, collected_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;
const insertItems = `INSERT INTO dispense_item (dispense_id, position, ${lotColumns})
  SELECT $1, position, ${lotColumns} FROM jsonb_to_recordset($2::jsonb) AS item (position int, ${lotTypes})`;

/** Writes the fills that are new or changed. Those that ended go first, to make room for their successor. */
export function saveFills(tx: Tx, before: Prescription | null, after: Prescription): void {
  const former = new Map(before?.fills.map((fill) => [fill.id, fill]));
  for (const fill of after.fills) {
    const was = former.get(fill.id);
    if (was === fill) continue;
    if (was) tx.send(updateFill, [fill.id, fill.status, fill.version, fill.lastDispenseId]);
    else tx.send(insertFill, newFill(after, fill));
    tx.send(upsertLines, [
      fill.id,
      JSON.stringify(
        fill.lines.map((line) => ({
          line_id: line.lineId,
          quantity: line.quantity,
          prepared: preparedOf(fill, line.lineId),
          handed_over: line.handedOver,
          not_dispensed: line.notDispensed,
          first_handed_over_at: line.firstHandedOverAt,
          part_reason: line.partReason,
        })),
      ),
    ]);
    if (was && was.preparations.length > 0) tx.send(dropPreparations, [fill.id]);
    if (fill.preparations.length > 0)
      tx.send(insertPreparations, [
        fill.id,
        JSON.stringify(fill.preparations.map((each) => ({ id: each.id, ...lotRow(each) }))),
      ]);
  }
}

/** Records a hand-over. */
export function saveDispense(tx: Tx, { id, patientId, doctorId }: Prescription, dispense: Dispense): void {
  const { fillId, ticketId, pharmacyId, fence, handedOverBy, handedOverAt, items } = dispense;
  tx.send(insertDispense, [
    dispense.id,
    id,
    fillId,
    ticketId,
    pharmacyId,
    fence,
    handedOverBy,
    handedOverAt,
    patientId,
    doctorId,
    dispense.collectedBy,
  ]);
  tx.send(insertItems, [
    dispense.id,
    JSON.stringify(items.map((item, position) => ({ position, ...lotRow(item) }))),
  ]);
}

const newFill = ({ id, patientId, doctorId }: Prescription, fill: Fill) => [
  fill.id,
  id,
  fill.number,
  fill.ticketId,
  fill.contentVersion,
  fill.status,
  fill.version,
  fill.lastDispenseId,
  fill.openedAt,
  patientId,
  doctorId,
];

const lotRow = (of: Dispense['items'][number]) => ({
  line_id: of.lineId,
  quantity: of.quantity,
  lot: of.lot,
  expires_on: of.expiresOn,
  ...substitutionRow(of.substitution),
  prepared_by: of.preparedBy,
  prepared_at: of.preparedAt,
});

const substitutionRow = (substitution: Substitution | null) => ({
  substitute_text: substitution?.productText ?? null,
  substitute_product_id: substitution?.productId ?? null,
  substitution_type: substitution?.type ?? null,
  substitution_reason: substitution?.reason ?? null,
});
