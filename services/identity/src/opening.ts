import type { Tx } from '@carethread/bus/transaction.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import type { AskingActor } from './asking.ts';
import { loadPolicy } from './factors/factor-store.ts';
import { noMembership } from './membership.ts';
import { satisfies } from './session.ts';
import { insertNewSession, membershipIsActive } from './session-store.ts';
import { newRefreshToken } from './tokens/refresh-token.ts';
import type { SignedIn, Tokens } from './tokens/tokens.ts';

/** Said of every question that cannot be answered any more. */
export const beginAgain = () => refuse('EXPIRED', 'This took too long, or was done before: begin again.');

/**
 * Opens the session whose id the actor carries, for a person who has proved who they are by these methods. `first` runs
 * in the same transaction and may refuse.
 */
export async function openSession(
  asking: AskingActor,
  tokens: Tokens,
  methods: string[],
  first: (tx: Tx) => Promise<Refusal | null> = async () => null,
): Promise<SignedIn | Refusal> {
  const { actor, device } = asking;
  const refreshToken = newRefreshToken();
  const opened = await asking.database.asActor(actor, async (tx) => {
    const [refusal, policy] = await Promise.all([first(tx), loadPolicy(tx, actor)]);
    if (refusal) return refusal;
    if (!satisfies(methods, policy)) return beginAgain();
    return insertSession(tx, actor, { methods, device, policy }, refreshToken, asking.now());
  });
  return opened instanceof Refusal ? opened : tokens.signedIn(actor, refreshToken);
}

/** Writes the session, and looks whether its membership has not ended meanwhile. */
export async function insertSession(
  tx: Tx,
  actor: Actor,
  opening: Parameters<typeof insertNewSession>[2],
  refreshToken: string,
  now: Date,
): Promise<true | Refusal> {
  insertNewSession(tx, actor, opening, refreshToken, now);
  return (await membershipIsActive(tx, actor.membershipId)) || noMembership();
}
