import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { openForEvent } from '../open-for-event.ts';
import type { Rules } from '../rules.ts';

/**
 * A patient asks for a prescription once more: opens a ticket for it, without a pharmacy. It is sent when the new
 * prescription is released; the patient may choose a pharmacy, or download the document.
 */
export const whenRenewalRequested =
  (rules: Rules): Handler<DataOf<'prescriptions.renewal.requested.v1'>> =>
  async (event, tx) => {
    const { ticketId, patientId, doctorId, clinicId } = event.data;
    const expiresAt = new Date(event.occurredAt.getTime() + rules.validityMs.prescription);
    const wanted = {
      ticketId,
      patientId,
      doctorId,
      clinicId,
      pharmacyId: null,
      prescriptionId: null,
      expiresAt,
    };
    await openForEvent(tx, event, wanted, 'created', rules);
  };
