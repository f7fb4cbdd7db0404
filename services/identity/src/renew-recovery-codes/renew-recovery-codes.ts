import { refuse, type Refusal } from '@carethread/service-kit/refusal.ts';
import type { AskingActor } from '../asking.ts';
import { hasAny, loadSecondFactors, replaceRecoveryCodes } from '../factors/factor-store.ts';
import { missingProof } from '../factors/recent-proof.ts';

/** New recovery codes; the former ones are void. */
export async function renewRecoveryCodes(asking: AskingActor): Promise<string[] | Refusal> {
  const { actor } = asking;
  return asking.database.asActor(actor, async (tx) => {
    const has = await loadSecondFactors(tx, actor.userId);
    const missing = missingProof(actor, has, asking.now());
    if (missing) return missing;
    if (!hasAny(has))
      return refuse('ILLEGAL_MOVE', 'Recovery codes stand in for a second factor; you have none yet.', {
        currentStatus: 'no_factor',
      });
    return replaceRecoveryCodes(tx, actor.userId);
  });
}
