import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { type AskingActor, originOf } from '../asking.ts';
import { forgetChallenges } from '../factors/challenge.ts';
import { loadSecondFactors } from '../factors/factor-store.ts';
import { missingProof } from '../factors/recent-proof.ts';
import { hashPassword, newPasswordSchema } from '../password.ts';
import { revokeSessionsOf } from '../session-store.ts';

const changeInput = z.object({ newPassword: newPasswordSchema });
const savePassword = `INSERT INTO password_credentials (user_id, password_hash, set_at) VALUES ($1, $2, $3)
  ON CONFLICT (user_id) DO UPDATE SET password_hash = $2, set_at = $3`;

/** Sets the person's password and ends their other sessions; the one they are in goes on. */
export async function changePassword(asking: AskingActor, input: unknown): Promise<true | Refusal> {
  const wish = checkInput(changeInput, input);
  if (wish instanceof Refusal) return wish;
  const { actor } = asking;
  const now = asking.now();
  const missing = await asking.database.asActor(actor, async (tx) =>
    missingProof(actor, await loadSecondFactors(tx, actor.userId), now),
  );
  if (missing) return missing;
  const passwordHash = await hashPassword(wish.newPassword);
  return asking.database.asActor(actor, async (tx) => {
    tx.send(savePassword, [actor.userId, passwordHash, now]);
    forgetChallenges(tx, actor.userId);
    await revokeSessionsOf(tx, actor.userId, actor.sessionId, now, originOf(asking));
    return true as const;
  });
}
