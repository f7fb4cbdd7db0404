import type { DataOf } from '@carethread/contracts/registry.ts';
import { onNotFulfilled } from '../decisions/follow-prescription.ts';
import { reaction } from '../react.ts';

/** The pharmacy closed every line and handed nothing over: the ticket ends, with the reason on its timeline. */
export const whenFillNotFulfilled = reaction<DataOf<'prescriptions.fill.not_fulfilled.v1'>>(
  (ticket, { type: noted, data: { prescriptionId, lines } }) =>
    onNotFulfilled(ticket, { noted, prescriptionId, reasons: lines.map(({ reason }) => reason) }),
);
