import type { Handler } from '@carethread/bus/handlers.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { OrganisationId } from '@carethread/contracts/ids.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { byEvent } from '../cause.ts';
import { freshTicket } from '../decisions/open.ts';
import type { Rules } from '../rules.ts';
import { newTicketNumber } from '../ticket-number.ts';
import { insertTicket, lockTicket } from '../ticket-store.ts';

const zoneOf = 'SELECT time_zone AS "timeZone" FROM organisation WHERE id = $1';

/**
 * A repeat was redeemed: opens the ticket of the further fill, sent at once. If its number is taken, the bus runs the
 * event again, and the next run draws another.
 */
export const whenFillOpened =
  (rules: Rules): Handler<DataOf<'prescriptions.fill.opened.v1'>> =>
  async (event, tx) => {
    const { ticketId, prescriptionId, patientId, doctorId, clinicId, pharmacyId, expiresAt } = event.data;
    const [existing, timeZone] = await Promise.all([lockTicket(tx, ticketId), timeZoneOf(tx, clinicId)]);
    if (existing) return;
    const zone = timeZone ?? rules.timeZone;
    const fresh = freshTicket(
      {
        id: ticketId,
        number: newTicketNumber(event.occurredAt, zone, rules.numberAlphabet),
        timeZone: zone,
        kind: 'prescription',
        patientId,
        doctorId,
        clinicId,
        pharmacyId,
        anyPharmacy: false,
        appointmentId: null,
        prescriptionId,
        openedAt: event.occurredAt,
        expiresAt: new Date(expiresAt),
      },
      'sent',
    );
    insertTicket(tx, fresh, byEvent(event));
  };

async function timeZoneOf(tx: Tx, clinicId: OrganisationId): Promise<string | undefined> {
  const [row] = await tx.query<{ timeZone: string }>(zoneOf, [clinicId]);
  return row?.timeZone;
}
