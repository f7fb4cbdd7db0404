import type { Tx } from '@carethread/bus/transaction.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { type Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import type { Asking, AskingActor } from '../asking.ts';
import { challengedBy } from '../factors/challenge.ts';
import { loadSecondFactors, totpLabel } from '../factors/factor-store.ts';
import type { Factors } from '../factors/prove.ts';
import { missingProof } from '../factors/recent-proof.ts';
import { newTotpSecret, totpSetUp } from '../factors/totp.ts';
import { actorOf } from '../membership.ts';
import { beginAgain } from '../opening.ts';
import { seal } from '../tokens/sealed.ts';

export type TotpSetUp = ReturnType<typeof totpSetUp>;

/** Gives a person who is signed in a secret for their authenticator app. It counts from `confirm` on. */
export async function beginTotpEnrolment(
  asking: AskingActor,
  factors: Factors,
): Promise<TotpSetUp | Refusal> {
  const now = asking.now();
  return asking.database.asActor(asking.actor, async (tx) => {
    const has = await loadSecondFactors(tx, asking.actor.userId);
    return missingProof(asking.actor, has, now) ?? begin(tx, asking.actor, factors, now);
  });
}

/** The same for somebody whose password was right and who may not get in without a second factor. */
export async function beginRequiredEnrolment(
  asking: Asking,
  factors: Factors,
  challenge: string,
): Promise<TotpSetUp | Refusal> {
  const now = asking.now();
  const found = await asking.database.asActor(null, (tx) => challengedBy(tx, challenge, now));
  if (!found?.mustEnrol) return beginAgain();
  const actor = actorOf(found.standing, newId());
  return asking.database.asActor(actor, (tx) => begin(tx, actor, factors, now));
}

// Beginning again replaces what was begun, and never what is in use.
const saveBegun = `INSERT INTO totp_factors (user_id, sealed_secret, begun_at) VALUES ($1, $2, $3)
  ON CONFLICT (user_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, begun_at = excluded.begun_at
  WHERE totp_factors.confirmed_at IS NULL RETURNING user_id`;
const ownAddress = 'SELECT email FROM email_addresses WHERE user_id = $1';

async function begin(
  tx: Tx,
  { userId }: Actor,
  { keys, party }: Factors,
  now: Date,
): Promise<TotpSetUp | Refusal> {
  const secret = newTotpSecret();
  const [[address], begun] = await Promise.all([
    tx.query<{ email: string }>(ownAddress, [userId]),
    tx.query(saveBegun, [userId, seal(secret, keys, totpLabel(userId)), now]),
  ]);
  if (begun.length === 0)
    return refuse('ILLEGAL_MOVE', 'You have an authenticator app already: take it away first.', {
      currentStatus: 'enrolled',
    });
  return totpSetUp(secret, { platform: party.name, account: address?.email ?? userId });
}
