import type { Tx } from '@carethread/bus/transaction.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { idSchema, newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Asking } from '../asking.ts';
import { checkPassword, forgetAttempts } from '../check-password.ts';
import { emailSchema } from '../email-address.ts';
import { ask, newChallenge } from '../factors/challenge.ts';
import { hasAny, loadDemands, type SecondFactors } from '../factors/factor-store.ts';
import { methodsOf } from '../factors/methods.ts';
import { credentialsOf } from '../factors/passkey-store.ts';
import type { Factors } from '../factors/prove.ts';
import { requestOptions } from '../factors/webauthn.ts';
import { actorOf, chooseStanding } from '../membership.ts';
import { insertSession } from '../opening.ts';
import { newRefreshToken } from '../tokens/refresh-token.ts';
import type { SignedIn, Tokens } from '../tokens/tokens.ts';

const signInInput = z.object({
  email: emailSchema,
  password: z.string().max(200, 'must be at most 200 characters'),
  membershipId: idSchema<'Membership'>().nullish(),
});

/** The password was right, and is not enough. */
export interface SecondStep {
  challenge: string;
  expiresAt: Date;
  factors: SecondFactors;
  /** JSON text for a browser; null without a passkey. */
  passkeyOptions: string | null;
}

/** Begins a session for an address and its password, or asks for the second factor. */
export async function signIn(
  asking: Asking,
  { tokens, factors }: { tokens: Tokens; factors: Factors },
  input: unknown,
): Promise<{ session: SignedIn } | { secondStep: SecondStep } | Refusal> {
  const wish = checkInput(signInInput, input);
  if (wish instanceof Refusal) return wish;
  const now = asking.now();

  const account = await checkPassword(asking, wish.email, wish.password);
  if (account instanceof Refusal) return account;
  const standing = chooseStanding(account.memberships, wish.membershipId ?? null);
  if (standing instanceof Refusal) return standing;

  // From here on it is known who asks, and row security holds.
  const actor = actorOf(standing, newId());
  const refreshToken = newRefreshToken();
  const outcome = await asking.database.asActor(actor, async (tx) => {
    const { factors: has, policy } = await loadDemands(tx, actor);
    forgetAttempts(tx);
    if (hasAny(has) || policy.mfaRequired) return askForMore(tx, actor, factors, has, now);
    const opening = { methods: methodsOf([{ kind: 'password' }]), device: asking.device, policy };
    return insertSession(tx, actor, opening, refreshToken, now);
  });
  if (outcome instanceof Refusal) return outcome;
  return outcome === true ? { session: await tokens.signedIn(actor, refreshToken) } : { secondStep: outcome };
}

async function askForMore(
  tx: Tx,
  actor: Actor,
  { party }: Factors,
  has: SecondFactors,
  now: Date,
): Promise<SecondStep> {
  const challenge = newChallenge();
  const expiresAt = ask(tx, challenge, 'sign_in', actor, now, !hasAny(has));
  const known = has.passkey ? await credentialsOf(tx, actor.userId) : [];
  // The passkey signs the very challenge the sign-in goes on with. After a password, its presence is enough.
  const passkeyOptions = known.length > 0 ? await requestOptions(party, challenge, known, 'preferred') : null;
  return { challenge, expiresAt, factors: has, passkeyOptions };
}
