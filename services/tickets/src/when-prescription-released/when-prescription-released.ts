import type { DataOf } from '@carethread/contracts/registry.ts';
import { onReleased } from '../decisions/follow-prescription.ts';
import { reaction } from '../react.ts';

/** The pharmacy may have it: the ticket is sent, and is valid as long as the prescription. */
export const whenPrescriptionReleased = reaction<DataOf<'prescriptions.prescription.released.v1'>>(
  (ticket, { type: noted, data }) =>
    onReleased(ticket, { noted, prescriptionId: data.prescriptionId, validUntil: new Date(data.validUntil) }),
);
