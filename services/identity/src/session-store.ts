import { emit } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { SessionRevoked } from '@carethread/contracts/events/identity.ts';
import type { MembershipId, SessionId, UserId } from '@carethread/contracts/ids.ts';
import { refuse } from '@carethread/service-kit/refusal.ts';
import type { Origin } from './asking.ts';
import { endOf, extendedExpiry, newSessionTimes, type SessionState, type SignInPolicy } from './session.ts';
import { refreshTokenHash } from './tokens/refresh-token.ts';

/** One answer to every token and session that is of no use: why it is not is nobody's business but the log's. */
export const signInAgain = () => refuse('NOT_ALLOWED', 'Your session has ended. Sign in again.');

const removeOld = 'DELETE FROM sessions WHERE user_id = $1 AND ends_at <= $2';
const insertSession = `INSERT INTO sessions
  (id, user_id, membership_id, created_at, last_used_at, expires_at, ends_at, methods, device)
  VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8)`;
const insertToken = `INSERT INTO refresh_tokens (token_hash, session_id, user_id, expires_at)
  VALUES ($1, $2, $3, $4)`;

/** How a session comes to be. */
export interface Opening {
  /** How the person proved who they are, in the words of RFC 8176. */
  methods: string[];
  /** A coarse name of what they did it on; null when it is not known. */
  device: string | null;
  policy: SignInPolicy;
}

/** Begins the actor's session, whose id they carry, and removes sessions of theirs that are long over. */
export function insertNewSession(
  tx: Tx,
  actor: Actor,
  { methods, device, policy }: Opening,
  refreshToken: string,
  now: Date,
): void {
  const { expiresAt, endsAt } = newSessionTimes(now, policy);
  const { sessionId, userId, membershipId } = actor;
  tx.send(removeOld, [userId, now]);
  tx.send(insertSession, [sessionId, userId, membershipId, now, expiresAt, endsAt, methods, device]);
  tx.send(insertToken, [refreshTokenHash(refreshToken), sessionId, userId, expiresAt]);
}

const lockSession = 'SELECT id FROM sessions WHERE id = $1 FOR UPDATE';

/**
 * Makes everybody else who changes this session wait. Read its state with a later statement: only that one sees what was
 * committed while this one waited.
 */
export const lock = (tx: Tx, sessionId: SessionId): void => tx.send(lockSession, [sessionId]);

/** What is asked in the role and organisation of this row, the strictest of each: a SignInPolicy. */
export const policyIn = (row: string): string => `(SELECT jsonb_build_object(
    'mfaRequired', coalesce(bool_or(p.mfa_required), false),
    'idleMinutes', min(p.idle_minutes), 'lifetimeMinutes', min(p.lifetime_minutes))
  FROM sign_in_policies p
  WHERE p.role = ${row}.role AND (p.organisation_id = ${row}.organisation_id OR p.organisation_id IS NULL))`;

/** Columns of a session `s` and its membership `m`, as `toState` reads them. */
export const stateColumns = `s.created_at, s.last_used_at, s.expires_at, s.ends_at, s.revoked_at, s.methods,
  m.ended_at IS NOT NULL AS membership_ended, ${policyIn('m')} AS policy`;
export interface StateRow {
  created_at: Date;
  last_used_at: Date;
  expires_at: Date;
  ends_at: Date;
  revoked_at: Date | null;
  methods: string[];
  membership_ended: boolean;
  policy: SignInPolicy;
}
export const toState = (row: StateRow): SessionState => ({
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  expiresAt: row.expires_at,
  endsAt: row.ends_at,
  revokedAt: row.revoked_at,
  methods: row.methods,
  membershipEnded: row.membership_ended,
  policy: row.policy,
});

const useSession = 'UPDATE sessions SET membership_id = $2, last_used_at = $3, expires_at = $4 WHERE id = $1';
const removeExpiredTokens = 'DELETE FROM refresh_tokens WHERE session_id = $1 AND expires_at <= $2';

/**
 * Goes on in the actor's membership with a new newest token; `session.policy` is what is asked there. The former newest
 * token must have been replaced before.
 */
export function continueSession(
  tx: Tx,
  actor: Actor,
  session: SessionState,
  refreshToken: string,
  now: Date,
): void {
  const expiresAt = extendedExpiry(now, endOf(session), session.policy);
  tx.send(insertToken, [refreshTokenHash(refreshToken), actor.sessionId, actor.userId, expiresAt]);
  tx.send(removeExpiredTokens, [actor.sessionId, now]);
  tx.send(useSession, [actor.sessionId, actor.membershipId, now, expiresAt]);
}

const activeMembership = 'SELECT id FROM memberships WHERE id = $1 AND ended_at IS NULL';

/**
 * Whether the membership is still active. Ask after the session was written into it: the foreign key has waited for an
 * end in progress by then (which locks the membership), and an end that comes later finds the session.
 */
export async function membershipIsActive(tx: Tx, membershipId: MembershipId): Promise<boolean> {
  return (await tx.query(activeMembership, [membershipId])).length > 0;
}

const revokeOne = `UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id, user_id`;
const revokeAllIn = `UPDATE sessions SET revoked_at = $2 WHERE membership_id = $1 AND revoked_at IS NULL
  AND expires_at > $2 RETURNING id, user_id`;
const revokeAllOf = `UPDATE sessions SET revoked_at = $2 WHERE user_id = $1 AND id IS DISTINCT FROM $3
  AND revoked_at IS NULL AND expires_at > $2 RETURNING id, user_id`;
type Revoked = { id: SessionId; user_id: UserId }[];

/** Ends a session and tells of it; does nothing when it has ended. */
export async function revokeSession(tx: Tx, id: SessionId, now: Date, origin: Origin): Promise<void> {
  tellOfRevoked(tx, await tx.query(revokeOne, [id, now]), origin);
}

/** Ends every session that acts in the membership, and tells of each. */
export async function revokeSessionsIn(tx: Tx, id: MembershipId, now: Date, origin: Origin): Promise<void> {
  tellOfRevoked(tx, await tx.query(revokeAllIn, [id, now]), origin);
}

/** Ends every session of a person except, if it is given, this one, and tells of each. */
export async function revokeSessionsOf(
  tx: Tx,
  userId: UserId,
  except: SessionId | null,
  now: Date,
  origin: Origin,
): Promise<void> {
  tellOfRevoked(tx, await tx.query(revokeAllOf, [userId, now, except]), origin);
}

/** Tells of sessions that have been ended. */
export function tellOfRevoked(tx: Tx, sessions: Revoked, origin: Origin): void {
  for (const { id, user_id } of sessions)
    // A session has one event in its life, so its number is 1.
    emit(tx, SessionRevoked, {
      aggregateId: id,
      sequence: 1,
      data: { sessionId: id, userId: user_id },
      ...origin,
    });
}
