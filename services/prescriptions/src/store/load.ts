import type { Tx } from '@carethread/bus/transaction.ts';
import type { StepUp } from '@carethread/contracts/actor.ts';
import type { LineId, OrganisationId, PrescriptionId, TicketId, UserId } from '@carethread/contracts/ids.ts';
import type { PackRef } from '../controls/pack.ts';
import type { Fill, FillLine, Preparation } from '../fill.ts';
import type { Line } from '../line.ts';
import type { Clinic, Prescription, Status } from '../prescription.ts';
import type { Override, Screening } from '../screening.ts';
import type { TicketCopy } from '../ticket-copy.ts';
import type { ProductWithdrawal } from '../withdrawal/product-withdrawal.ts';
import { selectPrescriptions } from './select.ts';

// Planning these takes some five times as long as running them, and PostgreSQL plans a prepared statement anew the first
// five times on each connection. The plan for any prescription is the plan for every one.
const planOnce = `SELECT set_config('plan_cache_mode', 'force_generic_plan', true)`;
const lock = 'SELECT id FROM prescription WHERE id = $1 FOR NO KEY UPDATE';
const byIds = selectPrescriptions('p.id = ANY($1::uuid[])');
const carriedBy = `id IN (SELECT prescription_id FROM fill WHERE ticket_id = $1
  UNION SELECT id FROM prescription WHERE ticket_id = $1 AND NOT (status = 'cancelled' AND signed_at IS NULL))`;
const lockByTicket = `SELECT id FROM prescription WHERE ${carriedBy} FOR NO KEY UPDATE`;
const byTicket = selectPrescriptions(`p.${carriedBy}`);

/** As far as the actor may see them, in no particular order. For reading: nothing is locked. */
export async function readPrescriptions(tx: Tx, ids: readonly string[]): Promise<Prescription[]> {
  tx.send(planOnce);
  return (await tx.query<Row>(byIds, [ids])).map(toPrescription);
}

/**
 * The prescription, locked until the end of the transaction; null when there is none or the actor may not change it. The
 * lock is a statement of its own, in the same flush: only a later one sees what the lock's former holder committed. Whoever
 * only reads, because the record is shared with them, gets no lock, and must not decide about what they cannot write.
 */
export async function lockPrescription(tx: Tx, id: PrescriptionId): Promise<Prescription | null> {
  const [[locked], [prescription]] = await Promise.all([
    tx.query<object>(lock, [id]),
    readPrescriptions(tx, [id]),
  ]);
  return (locked && prescription) ?? null;
}

/** As `lockPrescription`, for the one this ticket carries. A discarded draft is none. */
export async function lockPrescriptionOfTicket(tx: Tx, ticketId: TicketId): Promise<Prescription | null> {
  const [locked, prescription] = await Promise.all([
    tx.query<{ id: PrescriptionId }>(lockByTicket, [ticketId]),
    readPrescriptionOfTicket(tx, ticketId),
  ]);
  return locked.some(({ id }) => id === prescription?.id) ? prescription : null;
}

/** The prescription this ticket carries, as far as the actor may see it; not locked. */
export async function readPrescriptionOfTicket(tx: Tx, ticketId: TicketId): Promise<Prescription | null> {
  tx.send(planOnce);
  const rows = await tx.query<Row>(byTicket, [ticketId]);
  const row = rows.find(({ status }) => status !== 'cancelled') ?? rows[0];
  return row ? toPrescription(row) : null;
}

interface Row {
  id: PrescriptionId;
  ticket_id: TicketId;
  patient_id: UserId;
  doctor_id: UserId;
  clinic_id: OrganisationId;
  status: Status;
  version: number;
  event_number: number;
  content_version: number;
  amendment_version: number | null;
  content_hash: string | null;
  signed_by: UserId | null;
  signed_at: Date | null;
  valid_until: Date | null;
  released_at: Date | null;
  open_items: number;
  fills_used: number;
  last_handed_over_at: Date | null;
  days_supplied: number;
  end_reason: string | null;
  ended_at: Date | null;
  created_at: Date;
  lines: Line[];
  amended_lines: Line[] | null;
  screening: Screening | null;
  overrides: Override[];
  fills: Fill[];
  facts_version: number;
  withdrawals: ProductWithdrawal[];
  release_in_force: string | null;
  ticket: TicketCopy | null;
  clinic: Clinic | null;
  packs: PackRef[];
  step_up: StepUp | null;
  signed_schedules: Record<LineId, string | null>;
  dispensed_by: OrganisationId | null;
  transfers: number;
}

const toPrescription = (row: Row): Prescription => ({
  id: row.id,
  ticketId: row.ticket_id,
  patientId: row.patient_id,
  doctorId: row.doctor_id,
  clinicId: row.clinic_id,
  status: row.status,
  version: row.version,
  eventNumber: row.event_number,
  contentVersion: row.content_version,
  lines: row.lines,
  amendment:
    row.amendment_version === null
      ? null
      : { contentVersion: row.amendment_version, lines: row.amended_lines ?? [] },
  signature: row.signed_at && {
    contentHash: row.content_hash!,
    by: row.signed_by!,
    at: row.signed_at,
    validUntil: row.valid_until!,
    packs: row.packs,
    stepUp: row.step_up,
  },
  releasedAt: row.released_at,
  screening: row.screening && dated(row.screening, 'askedAt', 'judgedAt'),
  openItems: row.open_items,
  overrides: row.overrides.map((each) => dated(each, 'at')),
  fills: row.fills.map((fill) => ({
    ...dated(fill, 'openedAt'),
    lines: fill.lines.map((each) => dated<FillLine>(each, 'firstHandedOverAt')),
    preparations: fill.preparations.map((each) => dated<Preparation>(each, 'preparedAt')),
  })),
  fillsUsed: row.fills_used,
  lastHandedOverAt: row.last_handed_over_at,
  daysSupplied: row.days_supplied,
  ended: row.ended_at && { reason: row.end_reason!, at: row.ended_at },
  createdAt: row.created_at,
  factsVersion: row.facts_version,
  withdrawals: row.withdrawals.map((each) => dated(each, 'effectiveFrom')),
  releaseInForce: row.release_in_force,
  ticket: row.ticket,
  clinic: row.clinic,
  signedSchedules: row.signed_schedules,
  dispensedBy: row.dispensed_by,
  transfers: row.transfers,
});

/** JSON has no dates: those named become such. */
export function dated<Value extends object>(value: Value, ...keys: (keyof Value)[]): Value {
  const copy = { ...value };
  for (const key of keys) if (copy[key] !== null) copy[key] = new Date(copy[key] as string) as never;
  return copy;
}
