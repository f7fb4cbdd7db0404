import type { Refusal } from '@carethread/service-kit/refusal.ts';
import { refuse } from '@carethread/service-kit/refusal.ts';
import type { AskingActor } from '../asking.ts';
import { dropIdleRecoveryCodes, loadSecondFactors } from '../factors/factor-store.ts';
import { missingProof } from '../factors/recent-proof.ts';

const remove = 'DELETE FROM totp_factors WHERE user_id = $1 AND confirmed_at IS NOT NULL RETURNING user_id';

/** Takes the authenticator app away, and the recovery codes with it unless a passkey is left. */
export async function disableTotp(asking: AskingActor): Promise<{ disabled: true } | Refusal> {
  const { actor } = asking;
  return asking.database.asActor(actor, async (tx) => {
    const missing = missingProof(actor, await loadSecondFactors(tx, actor.userId), asking.now());
    if (missing) return missing;
    if ((await tx.query(remove, [actor.userId])).length === 0)
      return refuse('NOT_FOUND', 'You have no authenticator app here.');
    dropIdleRecoveryCodes(tx, actor.userId);
    return { disabled: true };
  });
}
