import type { SessionId, UserId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Asking } from '../asking.ts';
import { beginAgain } from '../opening.ts';
import { hashPassword, newPasswordSchema } from '../password.ts';
import { tellOfRevoked } from '../session-store.ts';
import { oneTimeTokenHash } from '../tokens/one-time-token.ts';

const chooseInput = z.object({
  token: z.string().max(200, 'must be a token of ours'),
  newPassword: newPasswordSchema,
});
const use = 'SELECT person, ended_sessions FROM sign_in.use_reset($1, $2, $3)';

/** Sets a password by the token of a reset, which is used up, and ends what the person is signed in with. */
export async function choosePassword(asking: Asking, input: unknown): Promise<true | Refusal> {
  const wish = checkInput(chooseInput, input);
  if (wish instanceof Refusal) return wish;
  // Hashed before the token is looked at: an unknown one takes as long.
  const passwordHash = await hashPassword(wish.newPassword);
  return asking.database.asActor(null, async (tx) => {
    const [used] = await tx.query<{ person: UserId | null; ended_sessions: SessionId[] | null }>(use, [
      oneTimeTokenHash(wish.token),
      passwordHash,
      asking.now(),
    ]);
    const { person, ended_sessions } = used!;
    if (!person) return beginAgain();
    const origin = { actorId: person, correlationId: asking.requestId, traceparent: asking.traceparent };
    tellOfRevoked(
      tx,
      (ended_sessions ?? []).map((id) => ({ id, user_id: person })),
      origin,
    );
    return true;
  });
}
