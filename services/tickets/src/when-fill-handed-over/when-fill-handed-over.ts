import type { DataOf } from '@carethread/contracts/registry.ts';
import { onHandedOver } from '../decisions/follow-prescription.ts';
import { reaction } from '../react.ts';

/** Closes the ticket when nothing is owed any more; otherwise the work goes on. */
export const whenFillHandedOver = reaction<DataOf<'prescriptions.fill.handed_over.v1'>>(
  (ticket, { type: noted, data: { prescriptionId, dispenseId, complete, fence } }) =>
    onHandedOver(ticket, { noted, prescriptionId, dispenseId, complete, fence }),
);
