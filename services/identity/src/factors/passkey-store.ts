import type { Tx } from '@carethread/bus/transaction.ts';
import type { UserId } from '@carethread/contracts/ids.ts';
import type { Standing } from '../membership.ts';
import type { KnownPasskey, NewPasskey } from './webauthn.ts';

export interface StoredPasskey extends KnownPasskey {
  id: string;
  userId: UserId;
  counter: number;
  synced: boolean;
  /** Since when it is not taken any more, because there may be two of it. */
  blockedAt: Date | null;
}

interface Row {
  id: string;
  user_id: UserId;
  public_key: Buffer;
  counter: string;
  synced: boolean;
  blocked_at: Date | null;
}
const toPasskey = (row: Row, credentialId: Buffer): StoredPasskey => ({
  id: row.id,
  userId: row.user_id,
  credentialId,
  publicKey: row.public_key,
  counter: Number(row.counter),
  synced: row.synced,
  blockedAt: row.blocked_at,
});

const own = `SELECT id, user_id, public_key, counter, synced, blocked_at FROM passkeys
  WHERE credential_id = $1 AND user_id = $2`;

/** The person's own passkey. */
export async function loadOwnPasskey(
  tx: Tx,
  credentialId: Buffer,
  userId: UserId,
): Promise<StoredPasskey | null> {
  const [row] = await tx.query<Row>(own, [credentialId, userId]);
  return row ? toPasskey(row, credentialId) : null;
}

const anybodys = `SELECT id, user_id, public_key, counter, synced, blocked_at, memberships FROM sign_in.passkey($1)`;

/** Whose passkey this is, with their active memberships, oldest first. */
export async function findPasskey(
  tx: Tx,
  credentialId: Buffer,
): Promise<{ passkey: StoredPasskey; memberships: Standing[] } | null> {
  const [row] = await tx.query<Row & { memberships: Standing[] }>(anybodys, [credentialId]);
  return row ? { passkey: toPasskey(row, credentialId), memberships: row.memberships } : null;
}

const idsOf = `SELECT credential_id AS "credentialId", transports FROM passkeys
  WHERE user_id = $1 AND blocked_at IS NULL ORDER BY registered_at, id`;

/** What a browser looks for. */
export const credentialsOf = (
  tx: Tx,
  userId: UserId,
): Promise<{ credentialId: Buffer; transports: string[] }[]> => tx.query(idsOf, [userId]);

const insert = `INSERT INTO passkeys
    (id, user_id, credential_id, public_key, counter, transports, synced, name, registered_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (credential_id) DO NOTHING RETURNING id`;

/** Writes a new passkey. False when this credential is known already. */
export const insertPasskey = async (
  tx: Tx,
  { id, userId, name }: { id: string; userId: UserId; name: string },
  made: NewPasskey,
  now: Date,
): Promise<boolean> => {
  const values = [made.credentialId, made.publicKey, made.counter, made.transports, made.synced];
  return (await tx.query(insert, [id, userId, ...values, name, now])).length > 0;
};

// An authenticator that counts only ever counts up; one that does not says 0 for ever (WebAuthn level 3, 7.2, step 22).
const use = `UPDATE passkeys SET counter = $2, last_used_at = $3
  WHERE id = $1 AND blocked_at IS NULL AND (counter < $2 OR (counter = 0 AND $2 = 0)) RETURNING id`;

/** Notes a use. False when the counter has not grown, which two of the same passkey would bring about. */
export const usePasskey = async (tx: Tx, id: string, counter: number, now: Date): Promise<boolean> =>
  (await tx.query(use, [id, counter, now])).length > 0;

export const blockPasskey = (tx: Tx, id: string, now: Date): void =>
  tx.send('UPDATE passkeys SET blocked_at = $2 WHERE id = $1 AND blocked_at IS NULL', [id, now]);
