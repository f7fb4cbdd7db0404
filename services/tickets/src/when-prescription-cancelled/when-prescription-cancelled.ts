import type { UserId } from '@carethread/contracts/ids.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { onCancelRefused, onPrescriptionCancelled } from '../decisions/follow-prescription.ts';
import { reaction } from '../react.ts';

/** Cancels the ticket, or marks it when a pharmacy holds it. */
export const whenPrescriptionCancelled = reaction<DataOf<'prescriptions.prescription.cancelled.v1'>>(
  (ticket, { type: noted, actorId, data: { prescriptionId, reason } }) =>
    onPrescriptionCancelled(ticket, { noted, prescriptionId, reason, requestedBy: actorId as UserId | null }),
);

/** Everything had been handed over: a ticket marked for cancellation is closed instead. */
export const whenCancelRefused = reaction<DataOf<'prescriptions.prescription.cancel_refused.v1'>>(
  (ticket, { type: noted, data: { prescriptionId } }) => onCancelRefused(ticket, { noted, prescriptionId }),
);
