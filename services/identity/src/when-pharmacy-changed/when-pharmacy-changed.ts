import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { relateToPatientOf, unrelate } from '../care-relation-store.ts';

/** The new pharmacy may know the patient's name, the former one no longer. */
export const whenPharmacyChanged: Handler<DataOf<'tickets.ticket.pharmacy_changed.v1'>> = async (
  { data },
  tx,
) => {
  if (data.to) relateToPatientOf(tx, data.ticketId, data.to);
  if (data.from) unrelate(tx, data.ticketId, data.from);
};
