import type { Tx } from '@carethread/bus/transaction.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import type { SessionId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { type Asking, originOf } from '../asking.ts';
import { actorOf, type Standing } from '../membership.ts';
import { decideRefresh, type RefreshDecision } from '../session.ts';
import { continueSession, lock, revokeSession, signInAgain } from '../session-store.ts';
import { refreshTokenHash } from '../tokens/refresh-token.ts';
import type { SignedIn, Tokens } from '../tokens/tokens.ts';
import { loadPresented } from './load-presented.ts';

const refreshInput = z.object({ refreshToken: z.string().max(200, 'must be a refresh token of ours') });

const holderOf = 'SELECT session_id, membership FROM sign_in.holder_of($1)';
const useUp = 'UPDATE refresh_tokens SET replaced_at = $2 WHERE token_hash = $1';

/** New tokens for a refresh token. One that was used before the grace ends its session instead. */
export async function refreshSession(
  asking: Asking,
  tokens: Tokens,
  input: unknown,
): Promise<SignedIn | Refusal> {
  const wish = checkInput(refreshInput, input);
  if (wish instanceof Refusal) return wish;
  const presented = wish.refreshToken;
  const successor = tokens.successorOf(presented);

  const [holder] = await asking.database.asActor(null, (tx) =>
    tx.query<{ session_id: SessionId; membership: Standing }>(holderOf, [refreshTokenHash(presented)]),
  );
  if (!holder) return signInAgain();
  const actor = actorOf(holder.membership, holder.session_id);
  // The decision is returned as it is and refused below: a Refusal in here would roll the revocation back.
  const decision = await asking.database.asActor(actor, (tx) =>
    renew(tx, { ...asking, actor }, presented, successor),
  );
  if (decision === 'revoke') asking.log.warn({ sessionId: actor.sessionId }, 'refresh token used twice');
  return decision === 'rotate' || decision === 'repeat' ? tokens.signedIn(actor, successor) : signInAgain();
}

async function renew(
  tx: Tx,
  asking: Asking & { actor: Actor },
  presented: string,
  successor: string,
): Promise<RefreshDecision> {
  const { actor } = asking;
  const now = asking.now();
  lock(tx, actor.sessionId);
  const found = await loadPresented(tx, refreshTokenHash(presented), refreshTokenHash(successor));
  if (!found) return 'refuse';
  const decision = decideRefresh(found.session, found.token, now);
  if (decision === 'rotate') {
    tx.send(useUp, [refreshTokenHash(presented), now]);
    continueSession(tx, actor, found.session, successor, now);
  }
  if (decision === 'revoke') await revokeSession(tx, actor.sessionId, now, originOf(asking));
  return decision;
}
