import type { Tx } from '@carethread/bus/transaction.ts';
import type { EventEnvelope } from '@carethread/contracts/define-event.ts';
import type { TicketKind } from '@carethread/contracts/events/tickets.ts';
import type { OrganisationId, PrescriptionId, TicketId, UserId } from '@carethread/contracts/ids.ts';
import { byEvent } from './cause.ts';
import { freshTicket } from './decisions/open.ts';
import { timeZoneOf } from './directory.ts';
import type { Rules } from './rules.ts';
import { newTicketNumber } from './ticket-number.ts';
import { insertTicket, lockTicket } from './ticket-store.ts';

/** What a ticket that another service wants is opened with. */
export interface Wanted {
  ticketId: TicketId;
  /** A prescription unless it says otherwise. */
  kind?: TicketKind;
  patientId: UserId;
  doctorId: UserId;
  clinicId: OrganisationId;
  pharmacyId: OrganisationId | null;
  prescriptionId: PrescriptionId | null;
  expiresAt: Date;
}

/**
 * Opens a ticket that another service's event asks for, under the id it gives. If the number is taken, the
 * bus runs the event again, and the next run draws another.
 */
export async function openForEvent(
  tx: Tx,
  event: EventEnvelope,
  { ticketId: id, kind = 'prescription', ...wanted }: Wanted,
  status: 'created' | 'sent',
  rules: Rules,
): Promise<void> {
  const [existing, timeZone] = await Promise.all([lockTicket(tx, id), timeZoneOf(tx, wanted.clinicId)]);
  if (existing) return;
  const zone = timeZone ?? rules.timeZone;
  const fresh = freshTicket(
    {
      id,
      ...wanted,
      number: newTicketNumber(event.occurredAt, zone, rules.numberAlphabet),
      timeZone: zone,
      kind,
      anyPharmacy: false,
      appointmentId: null,
      openedAt: event.occurredAt,
    },
    status,
  );
  insertTicket(tx, fresh, byEvent(event));
}
