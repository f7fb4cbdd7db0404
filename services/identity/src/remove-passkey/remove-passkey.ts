import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { AskingActor } from '../asking.ts';
import { dropIdleRecoveryCodes, loadSecondFactors } from '../factors/factor-store.ts';
import { missingProof } from '../factors/recent-proof.ts';

const removeInput = z.object({ passkeyId: idSchema<'Passkey'>() });
const remove = 'DELETE FROM passkeys WHERE id = $1 RETURNING id';
const wayIn = `SELECT EXISTS (SELECT FROM password_credentials WHERE user_id = $1)
  OR EXISTS (SELECT FROM passkeys WHERE user_id = $1 AND blocked_at IS NULL) AS remains`;

/** Takes one of the person's own passkeys away, unless it is the only way in. */
export async function removePasskey(asking: AskingActor, input: unknown): Promise<true | Refusal> {
  const wish = checkInput(removeInput, input);
  if (wish instanceof Refusal) return wish;
  const { actor } = asking;
  return asking.database.asActor(actor, async (tx) => {
    const missing = missingProof(actor, await loadSecondFactors(tx, actor.userId), asking.now());
    if (missing) return missing;
    const [removed, [left]] = await Promise.all([
      tx.query(remove, [wish.passkeyId]),
      tx.query<{ remains: boolean }>(wayIn, [actor.userId]),
    ]);
    if (removed.length === 0)
      return refuse('NOT_FOUND', 'You have no such passkey.', { path: ['input', 'passkeyId'] });
    if (!left?.remains)
      return refuse('ILLEGAL_MOVE', 'You could not sign in any more: set a password first.');
    dropIdleRecoveryCodes(tx, actor.userId);
    return true;
  });
}
