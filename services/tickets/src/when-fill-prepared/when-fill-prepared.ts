import type { DataOf } from '@carethread/contracts/registry.ts';
import { onPrepared } from '../decisions/follow-prescription.ts';
import { reaction } from '../react.ts';

/** The ticket is as ready as its lines are. */
export const whenFillPrepared = reaction<DataOf<'prescriptions.fill.prepared.v1'>>(
  (ticket, { type: noted, data: { prescriptionId, readiness, fence } }) =>
    onPrepared(ticket, { noted, prescriptionId, readiness, fence }),
);
