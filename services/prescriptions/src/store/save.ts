import { schedule } from '@carethread/bus/task.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import { addDays, dateIn } from '../calendar.ts';
import { expiresEverywhere } from '../ending.ts';
import type { Dispense } from '../fill.ts';
import { ingredientsOf } from '../line.ts';
import { scheduleDocument } from '../make-document/schedule-document.ts';
import type { Decided, Prescription } from '../prescription.ts';
import type { Rules } from '../rules.ts';
import { announce } from './announce.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import { saveDispense, saveFills } from './save-fills.ts';
import { saveLines } from './save-lines.ts';

const fixed = 'ticket_id, patient_id, doctor_id, clinic_id, created_at';
const changing = `status, version, event_number, content_version, amendment_version, content_hash, signed_by, signed_at,
  valid_until, released_at, open_items, fills_used, last_handed_over_at, days_supplied, end_reason, ended_at,
  packs, step_up, signed_schedules, dispensed_by, transfers`;
const places = (count: number, from: number) =>
  Array.from({ length: count }, (_, i) => `$${i + from}`).join(', ');
const insert = `INSERT INTO prescription (id, ${changing}, ${fixed}) VALUES (${places(27, 1)})`;
const update = `UPDATE prescription SET (${changing}) = ROW(${places(21, 2)}) WHERE id = $1`;
const fixedValues = (p: Prescription) => [p.ticketId, p.patientId, p.doctorId, p.clinicId, p.createdAt];
const changingValues = (p: Prescription) => [
  p.status,
  p.version,
  p.eventNumber,
  p.contentVersion,
  p.amendment?.contentVersion ?? null,
  p.signature?.contentHash ?? null,
  p.signature?.by ?? null,
  p.signature?.at ?? null,
  p.signature?.validUntil ?? null,
  p.releasedAt,
  p.openItems,
  p.fillsUsed,
  p.lastHandedOverAt,
  p.daysSupplied,
  p.ended?.reason ?? null,
  p.ended?.at ?? null,
  p.signature?.packs ?? [],
  p.signature?.stepUp ?? null,
  JSON.stringify(p.signedSchedules),
  p.dispensedBy,
  p.transfers,
];
const insertSignature = `INSERT INTO signed_content
  (prescription_id, version, supersedes, content_hash, signed_by, signed_at, valid_until, packs, step_up,
    schedules) VALUES (${places(10, 1)})`;
const insertScreening = `INSERT INTO screening
  (prescription_id, number, content_version, content_hash, facts_version, cause, input, asked_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;
const insertOverride = `INSERT INTO finding_override
  (id, prescription_id, content_hash, finding_key, reason, text, doctor_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;
const upsertMedicine = `INSERT INTO medicine (prescription_id, patient_id, doctor_id, ingredients, taken_until)
  VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (prescription_id) DO UPDATE SET ingredients = excluded.ingredients, taken_until = excluded.taken_until`;

export interface Saving {
  readonly cause: Cause;
  readonly rules: Rules;
}

/**
 * Writes a decision: what differs from the prescription as it was loaded, then its events and timers, all without
 * waiting. They travel with COMMIT.
 */
export function save(
  tx: Tx,
  before: Prescription | null,
  { prescription, facts, dispense }: Decided & { dispense?: Dispense },
  { cause, rules }: Saving,
): Prescription {
  const after = { ...prescription, eventNumber: prescription.eventNumber + facts.length };
  if (before) tx.send(update, [after.id, ...changingValues(after)]);
  else tx.send(insert, [after.id, ...changingValues(after), ...fixedValues(after)]);
  saveLines(tx, before, after);
  saveSignature(tx, before, after);
  saveScreening(tx, before, after, rules);
  saveFills(tx, before, after);
  if (dispense) saveDispense(tx, after, dispense);
  saveMedicine(tx, before, after);
  if (after.status === 'released' && before?.status !== 'released') {
    checkOthers(tx, after);
    scheduleDocument(tx, after.id, after.contentVersion, after.releasedAt!);
  }
  for (const each of after.overrides.slice(before?.overrides.length ?? 0)) {
    const { id, contentHash, findingKey, reason, text, doctorId, at } = each;
    tx.send(insertOverride, [id, after.id, contentHash, findingKey, reason, text, doctorId, at]);
  }
  announce(tx, prescription, facts, cause);
  return after;
}

function saveSignature(
  tx: Tx,
  before: Prescription | null,
  { id, contentVersion, signature, signedSchedules }: Prescription,
): void {
  if (!signature || signature === before?.signature) return;
  const supersedes = contentVersion > 1 ? contentVersion - 1 : null;
  const { contentHash, by, at, validUntil, packs, stepUp } = signature;
  tx.send(insertSignature, [
    id,
    contentVersion,
    supersedes,
    contentHash,
    by,
    at,
    validUntil,
    packs,
    stepUp,
    JSON.stringify(signedSchedules),
  ]);
  schedule(tx, {
    key: `expire:${id}:${contentVersion}`,
    kind: 'expire-prescription',
    payload: { prescriptionId: id },
    dueAt: expiresEverywhere(validUntil),
  });
}

function saveScreening(
  tx: Tx,
  before: Prescription | null,
  { id, screening }: Prescription,
  rules: Rules,
): void {
  if (!screening || screening.number === before?.screening?.number) return;
  const { number, contentVersion, contentHash, factsVersion, cause, input, askedAt } = screening;
  tx.send(insertScreening, [
    id,
    number,
    contentVersion,
    contentHash,
    factsVersion,
    cause,
    JSON.stringify(input),
    askedAt,
  ]);
  schedule(tx, {
    key: `screening-deadline:${id}:${number}`,
    kind: 'screening-deadline',
    payload: { prescriptionId: id, screeningNumber: number },
    // A new release has many checked again and nobody at the counter: that the catalog is slow is no reason to call doctors.
    dueAt: new Date(askedAt.getTime() + rules.screeningDeadlineMs * (cause === 'catalog_release' ? 10 : 1)),
  });
}

/** Until when the patient may be taking it, at most: null when it never was to be had. */
function takenUntil({ status, signature, lastHandedOverAt, daysSupplied }: Prescription): Date | null {
  if (status === 'released') return expiresEverywhere(signature!.validUntil);
  if (!lastHandedOverAt) return null;
  return new Date(addDays(dateIn('UTC', lastHandedOverAt), daysSupplied + 1));
}

function saveMedicine(tx: Tx, before: Prescription | null, after: Prescription): void {
  const now = medicineOf(after);
  if (before && JSON.stringify(medicineOf(before)) === JSON.stringify(now)) return;
  // What was never to be had is no medicine, and needs no row.
  if (now.until === null && !before?.releasedAt) return;
  tx.send(upsertMedicine, [after.id, after.patientId, after.doctorId, now.ingredients, now.until]);
}

const medicineOf = (prescription: Prescription) => ({
  ingredients: [...new Set(prescription.lines.flatMap(ingredientsOf))],
  until: takenUntil(prescription),
});

/** The patient has one medicine more: the others are checked again. Not here, where their locks are not ours. */
function checkOthers(tx: Tx, { id, patientId, contentVersion, releasedAt }: Prescription): void {
  schedule(tx, {
    key: `rescreen:${patientId}:${id}:${contentVersion}`,
    kind: 'rescreen-patient',
    payload: { patientId, cause: 'other_medicine', except: id },
    dueAt: releasedAt!,
  });
}
