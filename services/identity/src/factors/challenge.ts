import { createHash, randomBytes } from 'node:crypto';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import type { UserId } from '@carethread/contracts/ids.ts';
import type { Standing } from '../membership.ts';

/** For so long a question may be answered. */
export const challengeLifeMs = 10 * 60_000;

/** Something that is asked and answered once: 256 bits. For passkeys it is what the authenticator signs. */
export const newChallenge = (): string => randomBytes(32).toString('base64url');

const hashOf = (challenge: string) => createHash('sha256').update(challenge).digest();
const end = (now: Date) => new Date(now.getTime() + challengeLifeMs);

type OwnPurpose = 'sign_in' | 'passkey_confirmation' | 'passkey_registration';
type AnonymousPurpose = 'passkey_sign_in' | 'passkey_invitation';

const insert = `INSERT INTO challenges (challenge_hash, purpose, user_id, membership_id, must_enrol, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6)`;
const removeOld = 'DELETE FROM challenges WHERE user_id = $1 AND expires_at <= $2';

/** Asks a person who is known. Answers when it ends. */
export function ask(
  tx: Tx,
  challenge: string,
  purpose: OwnPurpose,
  { userId, membershipId }: Pick<Actor, 'userId' | 'membershipId'>,
  now: Date,
  mustEnrol = false,
): Date {
  tx.send(removeOld, [userId, now]);
  tx.send(insert, [hashOf(challenge), purpose, userId, membershipId, mustEnrol, end(now)]);
  return end(now);
}

const take = `DELETE FROM challenges WHERE challenge_hash = $1 AND purpose = $2 AND user_id = $3 AND expires_at > $4
  RETURNING user_id`;

/** Takes a question to this person: true once, and never again. */
export const takeOwn = async (
  tx: Tx,
  challenge: string,
  purpose: OwnPurpose,
  userId: UserId,
  now: Date,
): Promise<boolean> => (await tx.query(take, [hashOf(challenge), purpose, userId, now])).length > 0;

/** Nothing a person has been asked may be answered any more. */
export const forgetChallenges = (tx: Tx, userId: UserId): void =>
  tx.send('DELETE FROM challenges WHERE user_id = $1', [userId]);

/** Asks somebody who has not said who they are; `subject` is the id a newcomer will have. */
export const askAnybody = (
  tx: Tx,
  challenge: string,
  purpose: AnonymousPurpose,
  subject: UserId | null,
  now: Date,
): void =>
  tx.send('SELECT sign_in.ask($1, $2, $3, $4, $5)', [hashOf(challenge), purpose, subject, end(now), now]);

/** Takes such a question, whatever comes of its answer. Null when it was not asked, too long ago, or taken. */
export async function takeAnybodys(
  tx: Tx,
  challenge: string,
  purpose: AnonymousPurpose,
  now: Date,
): Promise<{ subject: UserId | null } | null> {
  const [taken] = await tx.query<{ subject: UserId | null }>('SELECT subject FROM sign_in.take($1, $2, $3)', [
    hashOf(challenge),
    purpose,
    now,
  ]);
  return taken ?? null;
}

const challenged = 'SELECT must_enrol, membership FROM sign_in.challenged($1, $2)';

/** Whose sign-in a challenge goes on with; null when it is of no use. It is not taken by this. */
export async function challengedBy(
  tx: Tx,
  challenge: string,
  now: Date,
): Promise<{ standing: Standing; mustEnrol: boolean } | null> {
  const [row] = await tx.query<{ must_enrol: boolean; membership: Standing }>(challenged, [
    hashOf(challenge),
    now,
  ]);
  return row ? { standing: row.membership, mustEnrol: row.must_enrol } : null;
}
