import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { relate } from '../care-relation-store.ts';

/** Doctor and pharmacy of the ticket may know the patient's name. */
export const whenTicketOpened: Handler<DataOf<'tickets.ticket.opened.v1'>> = async ({ data }, tx) => {
  relate(tx, data.ticketId, data.patientId, data.doctorId);
  if (data.pharmacyId) relate(tx, data.ticketId, data.patientId, data.pharmacyId);
};
