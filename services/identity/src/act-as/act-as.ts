import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { refuse, Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { AskingActor } from '../asking.ts';
import { loadPolicy } from '../factors/factor-store.ts';
import { type Issuers, spokenFor } from '../issuers/issuers.ts';
import { actorOf, type Standing } from '../membership.ts';
import { loadStanding } from '../membership-store.ts';
import { isActive, satisfies } from '../session.ts';
import {
  continueSession,
  lock,
  membershipIsActive,
  signInAgain,
  stateColumns,
  type StateRow,
  toState,
} from '../session-store.ts';
import { newRefreshToken } from '../tokens/refresh-token.ts';
import type { SignedIn, Tokens } from '../tokens/tokens.ts';

const actAsInput = z.object({ membershipId: idSchema<'Membership'>() });

const sessionState = `SELECT ${stateColumns}, s.issuer FROM sessions s JOIN memberships m ON m.id = s.membership_id
  WHERE s.id = $1`;
/** Forgotten and not marked as used: another tab may still hold it, and that is no sign of theft. */
const forgetNewestToken = 'DELETE FROM refresh_tokens WHERE session_id = $1 AND replaced_at IS NULL';

/** Goes on in another membership of the same person, in the same session. */
export async function actAs(
  asking: AskingActor,
  { tokens, issuers }: { tokens: Tokens; issuers: Issuers },
  input: unknown,
): Promise<SignedIn | Refusal> {
  const wish = checkInput(actAsInput, input);
  if (wish instanceof Refusal) return wish;
  const { userId, sessionId } = asking.actor;
  const now = asking.now();
  const refreshToken = newRefreshToken();

  const next = await asking.database.asActor(asking.actor, async (tx) => {
    lock(tx, sessionId);
    const [[row], standing] = await Promise.all([
      tx.query<StateRow & { issuer: string | null }>(sessionState, [sessionId]),
      loadStanding(tx, wish.membershipId, userId),
    ]);
    if (!row || !isActive(toState(row), now)) return signInAgain();
    if (!standing || !mayActThrough(issuers, row.issuer, standing)) return noSuchMembership();
    const actor = actorOf(standing, sessionId);
    const policy = await loadPolicy(tx, actor);
    if (!satisfies(row.methods, policy))
      return refuse('NOT_ALLOWED', 'That needs a second factor: sign in anew, and choose it there.');
    tx.send(forgetNewestToken, [sessionId]);
    continueSession(tx, actor, { ...toState(row), policy }, refreshToken, now);
    return (await membershipIsActive(tx, actor.membershipId)) ? actor : noSuchMembership();
  });
  return next instanceof Refusal ? next : tokens.signedIn(next, refreshToken);
}

/** Who came in through an issuer outside acts only where that one has a say. */
function mayActThrough(issuers: Issuers, issuer: string | null, { organisationId }: Standing): boolean {
  if (issuer === null) return true;
  const through = issuers.byAddress(issuer);
  return through !== undefined && spokenFor(through.settings).has(organisationId);
}

const noSuchMembership = () =>
  refuse('NOT_FOUND', 'You have no such membership.', { path: ['input', 'membershipId'] });
