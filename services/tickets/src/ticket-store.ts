import type { Tx } from '@carethread/bus/transaction.ts';
import type { TicketId } from '@carethread/contracts/ids.ts';
import type { Cause } from './cause.ts';
import { enter } from './enter.ts';
import { scheduleTimers } from './timers.ts';
import { evolve, type Fact, type Ticket } from './ticket.ts';
import { ticketColumns, type TicketRow, toRow, toTicket } from './ticket-row.ts';

const lock = `SELECT ${ticketColumns} FROM ticket WHERE id = $1 FOR UPDATE`;
const insert = `INSERT INTO ticket (id, number, time_zone, kind, status, version, timeline_length, patient_id, doctor_id,
  clinic_id, pharmacy_id, any_pharmacy, appointment_id, prescription_id, fence, opened_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`;
const update = `UPDATE ticket SET status = $2, version = $3, timeline_length = $4, pharmacy_id = $5, any_pharmacy = $6,
  prescription_id = $7, fence = $8, claim_user_id = $9, lease_until = $10, cancel_requested_by = $11, expires_at = $12
  WHERE id = $1`;

/** The ticket, locked until the transaction ends; null when there is none or the caller may not see it. */
export const lockTicket = async (tx: Tx, id: TicketId): Promise<Ticket | null> =>
  firstTicket(await tx.query<TicketRow>(lock, [id]));

export const firstTicket = ([row]: TicketRow[]): Ticket | null => (row ? toTicket(row) : null);

/** Writes a new ticket with its first timeline entry, its event and its timer. */
export function insertTicket(tx: Tx, fresh: Ticket, cause: Cause): Ticket {
  const ticket = evolve(fresh, { type: 'opened' });
  const row = toRow(ticket);
  tx.send(insert, [
    row.id,
    row.number,
    row.timeZone,
    row.kind,
    row.status,
    row.version,
    row.timelineLength,
    row.patientId,
    row.doctorId,
    row.clinicId,
    row.pharmacyId,
    row.anyPharmacy,
    row.appointmentId,
    row.prescriptionId,
    row.fence,
    row.openedAt,
    row.expiresAt,
  ]);
  enter(tx, { type: 'opened' }, ticket, cause);
  scheduleTimers(tx, null, ticket, cause.happenedAt);
  return ticket;
}

/**
 * Writes what happened to a locked ticket: the row first, then for each fact one timeline entry and one event, so that
 * the row's lock orders their numbers. Sends only: all of it travels with the commit.
 */
export function saveTicket(tx: Tx, before: Ticket, facts: readonly Fact[], cause: Cause): Ticket {
  const steps: Ticket[] = [];
  let after = before;
  for (const fact of facts) steps.push((after = evolve(after, fact)));
  if (after === before) return before;
  const row = toRow(after);
  tx.send(update, [
    row.id,
    row.status,
    row.version,
    row.timelineLength,
    row.pharmacyId,
    row.anyPharmacy,
    row.prescriptionId,
    row.fence,
    row.claimUserId,
    row.leaseUntil,
    row.cancelRequestedBy,
    row.expiresAt,
  ]);
  facts.forEach((fact, at) => enter(tx, fact, steps[at]!, cause));
  scheduleTimers(tx, before, after, cause.happenedAt);
  return after;
}
