import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';

const keep = `INSERT INTO ticket (id, kind, status, sequence, patient_id, doctor_id, clinic_id, pharmacy_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`;

/** A copy of the ticket: whose it is, and from now on where it stands. */
export const whenTicketOpened: Handler<DataOf<'tickets.ticket.opened.v1'>> = async (
  { data, sequence },
  tx,
) => {
  const { ticketId, kind, status, patientId, doctorId, clinicId, pharmacyId } = data;
  tx.send(keep, [ticketId, kind, status, sequence, patientId, doctorId, clinicId, pharmacyId]);
};
