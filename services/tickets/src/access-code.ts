import { randomBytes } from 'node:crypto';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { Ticket } from './ticket.ts';

const insert = `INSERT INTO access_code (ticket_id, code, patient_id, doctor_id) VALUES ($1, $2, $3, $4)`;

/**
 * Gives a ticket that was opened to any pharmacy its access code, 128 random bits. After another choice it has a new one
 * or none: a pharmacy that knew the old one has no use for it any more.
 */
export function keepAccessCode(tx: Tx, before: Ticket | null, after: Ticket): void {
  if (before === after) return;
  if (before) tx.send('DELETE FROM access_code WHERE ticket_id = $1', [after.id]);
  if (after.anyPharmacy)
    tx.send(insert, [after.id, randomBytes(16).toString('base64url'), after.patientId, after.doctorId]);
}

/** Lets the rest of the transaction see the one ticket that has this code, if there is one. */
export const presentAccessCode = (tx: Tx, code: string): void =>
  tx.send(`SELECT set_config('app.access_code', $1, true)`, [code]);
