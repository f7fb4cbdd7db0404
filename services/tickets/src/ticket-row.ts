import type {
  AppointmentId,
  OrganisationId,
  PrescriptionId,
  TicketId,
  UserId,
} from '@carethread/contracts/ids.ts';
import type { TicketKind, TicketStatus } from '@carethread/contracts/events/tickets.ts';
import type { Ticket as TicketRow } from './generated/prisma/client.ts';
import { type Claim, claimIn, type State, type Ticket } from './ticket.ts';

export type { TicketRow };

/** Columns of a ticket in SQL, under the names Prisma gives them. */
export const ticketColumns = `id, number, time_zone AS "timeZone", kind, status, version,
  timeline_length AS "timelineLength", patient_id AS "patientId", doctor_id AS "doctorId", clinic_id AS "clinicId",
  pharmacy_id AS "pharmacyId", any_pharmacy AS "anyPharmacy", appointment_id AS "appointmentId",
  prescription_id AS "prescriptionId", fence, claim_user_id AS "claimUserId", lease_until AS "leaseUntil",
  cancel_requested_by AS "cancelRequestedBy", opened_at AS "openedAt", expires_at AS "expiresAt"`;

/** A row as a ticket. The database's own checks make the casts true. */
export const toTicket = (row: TicketRow): Ticket => ({
  id: row.id as TicketId,
  number: row.number,
  timeZone: row.timeZone,
  kind: row.kind as TicketKind,
  patientId: row.patientId as UserId,
  doctorId: row.doctorId as UserId,
  clinicId: row.clinicId as OrganisationId,
  pharmacyId: row.pharmacyId as OrganisationId | null,
  anyPharmacy: row.anyPharmacy,
  appointmentId: row.appointmentId as AppointmentId | null,
  prescriptionId: row.prescriptionId as PrescriptionId | null,
  openedAt: row.openedAt,
  expiresAt: row.expiresAt,
  fence: row.fence,
  version: row.version,
  timelineLength: row.timelineLength,
  state: toState(row),
});

function toState(row: TicketRow): State {
  const status = row.status as TicketStatus;
  switch (status) {
    case 'received':
    case 'preparing':
    case 'ready':
      return { status, claim: toClaim(row) };
    case 'cancel_marked':
      return { status, claim: toClaim(row), requestedBy: row.cancelRequestedBy as UserId | null };
    case 'created':
    case 'sent':
    case 'closed':
    case 'cancelled':
    case 'expired':
    case 'not_fulfilled':
      return { status };
    default:
      return status satisfies never;
  }
}

function toClaim({ id, fence, pharmacyId, claimUserId, leaseUntil }: TicketRow): Claim {
  if (!pharmacyId || !claimUserId || !leaseUntil) throw new Error(`Ticket ${id} is held by nobody.`);
  return { fence, pharmacyId: pharmacyId as OrganisationId, userId: claimUserId as UserId, leaseUntil };
}

/** A ticket as a row. */
export function toRow({ state, ...ticket }: Ticket): TicketRow {
  const claim = claimIn(state);
  return {
    ...ticket,
    status: state.status,
    claimUserId: claim?.userId ?? null,
    leaseUntil: claim?.leaseUntil ?? null,
    cancelRequestedBy: state.status === 'cancel_marked' ? state.requestedBy : null,
  };
}
