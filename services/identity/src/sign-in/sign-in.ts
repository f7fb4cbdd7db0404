import { idSchema, newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { refuse, Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Asking } from '../asking.ts';
import { checkPassword, forgetAttempts } from '../check-password.ts';
import { emailSchema } from '../email-address.ts';
import { actorOf, type Standing } from '../membership.ts';
import { insertNewSession, membershipIsActive } from '../session-store.ts';
import { newRefreshToken } from '../tokens/refresh-token.ts';
import type { SignedIn, Tokens } from '../tokens/tokens.ts';

const signInInput = z.object({
  email: emailSchema,
  password: z.string().max(200, 'must be at most 200 characters'),
  membershipId: idSchema<'Membership'>().nullish(),
});

/** Begins a session for an address and its password. */
export async function signIn(asking: Asking, tokens: Tokens, input: unknown): Promise<SignedIn | Refusal> {
  const wish = checkInput(signInInput, input);
  if (wish instanceof Refusal) return wish;
  const now = asking.now();

  const account = await checkPassword(asking, wish.email, wish.password);
  if (account instanceof Refusal) return account;
  const standing = choose(account.memberships, wish.membershipId ?? null);
  if (standing instanceof Refusal) return standing;

  // From here on it is known who asks, and row security holds.
  const actor = actorOf(standing, newId());
  const refreshToken = newRefreshToken();
  const opened = await asking.database.asActor(actor, async (tx) => {
    insertNewSession(tx, actor, refreshToken, now);
    forgetAttempts(tx);
    return (await membershipIsActive(tx, actor.membershipId)) || noMembership();
  });
  return opened instanceof Refusal ? opened : tokens.signedIn(actor, refreshToken);
}

function choose(memberships: Standing[], wanted: string | null): Standing | Refusal {
  const chosen = wanted === null ? memberships[0] : memberships.find(({ id }) => id === wanted);
  if (chosen) return chosen;
  if (wanted === null) return noMembership();
  return refuse('NOT_FOUND', 'You have no such membership.', { path: ['input', 'membershipId'] });
}

const noMembership = () =>
  refuse('NOT_ALLOWED', 'You have no active membership: ask your organisation for one.');
