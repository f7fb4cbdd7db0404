import type { Tx } from '@carethread/bus/transaction.ts';
import type { OrganisationId, PrincipalId, TicketId, UserId } from '@carethread/contracts/ids.ts';

const insert = `INSERT INTO care_relations (ticket_id, patient_id, principal_id) VALUES ($1, $2, $3)
  ON CONFLICT DO NOTHING`;
// The doctor of a ticket stays, so there is always a row that knows the patient.
const insertLike = `INSERT INTO care_relations (ticket_id, patient_id, principal_id)
  SELECT ticket_id, patient_id, $2 FROM care_relations WHERE ticket_id = $1 LIMIT 1 ON CONFLICT DO NOTHING`;
const remove = 'DELETE FROM care_relations WHERE ticket_id = $1 AND principal_id = $2';

/** From now on the principal shares this ticket with the patient. */
export const relate = (tx: Tx, ticketId: TicketId, patientId: UserId, principalId: PrincipalId): void =>
  tx.send(insert, [ticketId, patientId, principalId]);

/** As `relate`, with the patient of a ticket that is known. */
export const relateToPatientOf = (tx: Tx, ticketId: TicketId, pharmacyId: OrganisationId): void =>
  tx.send(insertLike, [ticketId, pharmacyId]);

export const unrelate = (tx: Tx, ticketId: TicketId, pharmacyId: OrganisationId): void =>
  tx.send(remove, [ticketId, pharmacyId]);
