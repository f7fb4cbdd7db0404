import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { openForEvent } from '../open-for-event.ts';
import type { Rules } from '../rules.ts';

/** A repeat was redeemed: opens the ticket of the further fill, sent at once. */
export const whenFillOpened =
  (rules: Rules): Handler<DataOf<'prescriptions.fill.opened.v1'>> =>
  async (event, tx) => {
    const { ticketId, prescriptionId, patientId, doctorId, clinicId, pharmacyId, expiresAt } = event.data;
    const parties = { patientId, doctorId, clinicId, pharmacyId };
    const wanted = { ticketId, prescriptionId, ...parties, expiresAt: new Date(expiresAt) };
    await openForEvent(tx, event, wanted, 'sent', rules);
  };
