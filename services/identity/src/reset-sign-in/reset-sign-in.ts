import { idSchema, newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { administer } from '../administer.ts';
import { type AskingActor, originOf } from '../asking.ts';
import { checkReset } from '../membership.ts';
import { loadStandingsOf } from '../membership-store.ts';
import { revokeSessionsOf } from '../session-store.ts';
import { oneTimeTokenHash } from '../tokens/one-time-token.ts';
import type { Tokens } from '../tokens/tokens.ts';
import { userExists } from '../user-store.ts';

/** For so long the token of a reset can be used. */
const resetLifeMs = 24 * 60 * 60_000;

const resetInput = z.object({
  idempotencyKey: idSchema(),
  userId: idSchema<'User'>(),
  removeFactors: z.boolean(),
});
const removeFormer = 'DELETE FROM password_resets WHERE user_id = $1';
const insert = `INSERT INTO password_resets (id, token_hash, user_id, issued_by, removes_factors, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6)`;

/** Ends all that a person is signed in with, and gives out a token by which they choose a new password, once. */
export async function resetSignIn(
  asking: AskingActor,
  tokens: Tokens,
  input: unknown,
): Promise<{ token: string; expiresAt: Date } | Refusal> {
  const wish = checkInput(resetInput, input);
  if (wish instanceof Refusal) return wish;
  const { idempotencyKey: key, ...content } = wish;
  const done = await administer(asking, { name: 'resetSignIn', key, content }, async (tx) => {
    const now = asking.now();
    const [isUser, standings] = await Promise.all([
      userExists(tx, wish.userId),
      loadStandingsOf(tx, wish.userId),
    ]);
    if (!isUser) return refuse('NOT_FOUND', 'There is no such person.', { path: ['input', 'userId'] });
    const forbidden = checkReset(standings, asking.actor);
    if (forbidden) return forbidden;
    const id = newId<'PasswordReset'>();
    const expiresAt = new Date(now.getTime() + resetLifeMs);
    const hash = oneTimeTokenHash(tokens.oneTime(id));
    tx.send(removeFormer, [wish.userId]);
    tx.send(insert, [id, hash, wish.userId, asking.actor.userId, wish.removeFactors, expiresAt]);
    await revokeSessionsOf(tx, wish.userId, null, now, originOf(asking));
    return { id, expiresAt: expiresAt.toISOString() };
  });
  if (done instanceof Refusal) return done;
  return { token: tokens.oneTime(done.id), expiresAt: new Date(done.expiresAt) };
}
