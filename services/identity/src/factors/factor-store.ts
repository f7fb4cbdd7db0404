import type { Tx } from '@carethread/bus/transaction.ts';
import type { Role } from '@carethread/contracts/actor.ts';
import type { OrganisationId, UserId } from '@carethread/contracts/ids.ts';
import type { SignInPolicy } from '../session.ts';
import { policyIn } from '../session-store.ts';
import { newRecoveryCodes, recoveryCodeHash } from './recovery-codes.ts';

/** The label a secret is sealed with. */
export const totpLabel = (userId: string): string => `totp_factors.sealed_secret ${userId}`;

export interface Totp {
  sealedSecret: Buffer;
  begunAt: Date;
  confirmedAt: Date | null;
  lastStep: number | null;
}

const loadTotpRow = `SELECT sealed_secret AS "sealedSecret", begun_at AS "begunAt", confirmed_at AS "confirmedAt",
  last_step::float8 AS "lastStep" FROM totp_factors WHERE user_id = $1`;
export async function loadTotp(tx: Tx, userId: UserId): Promise<Totp | null> {
  const [row] = await tx.query<Totp>(loadTotpRow, [userId]);
  return row ?? null;
}

const useStep = `UPDATE totp_factors SET last_step = $2
  WHERE user_id = $1 AND confirmed_at IS NOT NULL AND (last_step IS NULL OR last_step < $2) RETURNING user_id`;

/** Uses a code up. False when it, or a later one, was used meanwhile. */
export const useTotpStep = async (tx: Tx, userId: UserId, step: number): Promise<boolean> =>
  (await tx.query(useStep, [userId, step])).length > 0;

const useCode = `UPDATE recovery_codes SET used_at = $3
  WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL RETURNING user_id`;

/** Uses a recovery code up. False when it is none of theirs, or was used. */
export const useRecoveryCode = async (tx: Tx, userId: UserId, code: string, now: Date): Promise<boolean> =>
  (await tx.query(useCode, [userId, recoveryCodeHash(userId, code), now])).length > 0;

const removeCodes = 'DELETE FROM recovery_codes WHERE user_id = $1';
const insertCodes = `INSERT INTO recovery_codes (user_id, code_hash) SELECT $1, unnest($2::bytea[])`;

/** New recovery codes instead of all former ones. */
export function replaceRecoveryCodes(tx: Tx, userId: UserId): string[] {
  const codes = newRecoveryCodes();
  tx.send(removeCodes, [userId]);
  tx.send(insertCodes, [userId, codes.map((code) => recoveryCodeHash(userId, code))]);
  return codes;
}

const anyUnused = 'SELECT user_id FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL LIMIT 1';

/** Recovery codes for somebody who has none left; none for others. */
export const firstRecoveryCodes = async (tx: Tx, userId: UserId): Promise<string[]> =>
  (await tx.query(anyUnused, [userId])).length > 0 ? [] : replaceRecoveryCodes(tx, userId);

const removeUnlessNeeded = `DELETE FROM recovery_codes WHERE user_id = $1
  AND NOT EXISTS (SELECT FROM totp_factors WHERE user_id = $1 AND confirmed_at IS NOT NULL)
  AND NOT EXISTS (SELECT FROM passkeys WHERE user_id = $1)`;

/** Recovery codes go with the last factor they could stand in for. */
export const dropIdleRecoveryCodes = (tx: Tx, userId: UserId): void => tx.send(removeUnlessNeeded, [userId]);

/** What somebody has beside a password. A passkey that is blocked counts: it must not make the password enough. */
export interface SecondFactors {
  totp: boolean;
  passkey: boolean;
}
export const hasAny = ({ totp, passkey }: SecondFactors): boolean => totp || passkey;

const factors = `EXISTS (SELECT FROM totp_factors WHERE user_id = $1 AND confirmed_at IS NOT NULL) AS totp,
  EXISTS (SELECT FROM passkeys WHERE user_id = $1) AS passkey`;

export async function loadSecondFactors(tx: Tx, userId: UserId): Promise<SecondFactors> {
  const [row] = await tx.query<SecondFactors>(`SELECT ${factors}`, [userId]);
  return row!;
}

interface Place {
  userId: UserId;
  organisationId: OrganisationId;
  role: Role;
}
const place = `(SELECT $1::uuid AS organisation_id, $2::text AS role) AS place`;

/** What is asked of sessions that act in this. */
export async function loadPolicy(tx: Tx, { organisationId, role }: Place): Promise<SignInPolicy> {
  const [row] = await tx.query<{ policy: SignInPolicy }>(
    `SELECT ${policyIn('place')} AS policy FROM ${place}`,
    [organisationId, role],
  );
  return row!.policy;
}

/** What a sign-in as this needs, and what the session may then be. */
export async function loadDemands(
  tx: Tx,
  as: Place,
): Promise<{ factors: SecondFactors; policy: SignInPolicy }> {
  const [has, policy] = await Promise.all([loadSecondFactors(tx, as.userId), loadPolicy(tx, as)]);
  return { factors: has, policy };
}
