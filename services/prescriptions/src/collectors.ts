import type { Tx } from '@carethread/bus/transaction.ts';
import type { TicketId, UserId } from '@carethread/contracts/ids.ts';

const ofTicket = `SELECT DISTINCT d.delegate_id AS id FROM delegation d JOIN ticket t ON t.patient_id = d.patient_id
  WHERE t.id = $1 AND 'collect' = ANY (d.scopes) AND NOT d.ended AND d.ends_at > $2`;
const ofPatients = `SELECT DISTINCT patient_id AS "patientId", delegate_id AS id FROM delegation
  WHERE patient_id = ANY ($1::uuid[]) AND 'collect' = ANY (scopes) AND NOT ended AND ends_at > $2`;

/** Who may fetch what is on this ticket in the patient's place, as far as the actor may know. */
export const collectorsOf = async (tx: Tx, ticketId: TicketId, now: Date): Promise<UserId[]> =>
  (await tx.query<{ id: UserId }>(ofTicket, [ticketId, now])).map(({ id }) => id);

export const readCollectors = (
  tx: Tx,
  patientIds: readonly string[],
  now: Date,
): Promise<{ patientId: string; id: string }[]> => tx.query(ofPatients, [patientIds, now]);
