import type { DataOf } from '@carethread/contracts/registry.ts';
import { onPrescriptionExpired } from '../decisions/follow-prescription.ts';
import { reaction } from '../react.ts';

/** Ends the ticket, also one a pharmacy holds. One that has ended shows on its timeline that no repeat is left to be had. */
export const whenPrescriptionExpired = reaction<DataOf<'prescriptions.prescription.expired.v1'>>(
  (ticket, { type: noted, data: { prescriptionId, reason } }) =>
    onPrescriptionExpired(ticket, { noted, prescriptionId, reason }),
);
