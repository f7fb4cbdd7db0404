import type { Tx } from '@carethread/bus/transaction.ts';
import type { UserId } from '@carethread/contracts/ids.ts';

export interface NewUser {
  id: UserId;
  /** Normalised. */
  email: string;
  /** PHC format. */
  passwordHash: string;
  displayName: string;
  givenName: string | null;
  familyName: string | null;
}

const insertUser = `INSERT INTO users (id, display_name, given_name, family_name) VALUES ($1, $2, $3, $4)`;
const insertPassword = 'INSERT INTO password_credentials (user_id, password_hash) VALUES ($1, $2)';
const insertEmail = `INSERT INTO email_addresses (user_id, email) VALUES ($1, $2)
  ON CONFLICT (email) DO NOTHING RETURNING user_id`;

/** Writes a new person. False when the address has an account: then the transaction must be rolled back. */
export async function insertNewUser(tx: Tx, user: NewUser): Promise<boolean> {
  tx.send(insertUser, [user.id, user.displayName, user.givenName, user.familyName]);
  tx.send(insertPassword, [user.id, user.passwordHash]);
  return (await tx.query(insertEmail, [user.id, user.email])).length > 0;
}

const userById = 'SELECT id FROM users WHERE id = $1';

/** Whether there is such a person whom the actor may see. */
export const userExists = async (tx: Tx, id: UserId): Promise<boolean> =>
  (await tx.query(userById, [id])).length > 0;
