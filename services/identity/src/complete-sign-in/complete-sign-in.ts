import { newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Asking } from '../asking.ts';
import { challengedBy, takeOwn } from '../factors/challenge.ts';
import { methodsOf } from '../factors/methods.ts';
import { type Factors, prove, secondFactorFields } from '../factors/prove.ts';
import { actorOf } from '../membership.ts';
import { beginAgain, openSession } from '../opening.ts';
import type { SignedIn, Tokens } from '../tokens/tokens.ts';

const completeInput = z
  .object({ challenge: z.string().max(200, 'must be a challenge of ours'), ...secondFactorFields })
  .refine(
    ({ code, recoveryCode, passkey }) =>
      [code, recoveryCode, passkey].filter((each) => each != null).length === 1,
    { path: ['code'], message: 'give either this, a recovery code or a passkey' },
  );

/** Goes on with a sign-in whose password was right, by a second factor. A wrong one leaves the challenge as it is. */
export async function completeSignIn(
  asking: Asking,
  { tokens, factors }: { tokens: Tokens; factors: Factors },
  input: unknown,
): Promise<SignedIn | Refusal> {
  const wish = checkInput(completeInput, input);
  if (wish instanceof Refusal) return wish;
  const { challenge, ...presented } = wish;
  const now = asking.now();
  const found = await asking.database.asActor(null, (tx) => challengedBy(tx, challenge, now));
  if (!found || found.mustEnrol) return beginAgain();

  const actor = actorOf(found.standing, newId());
  const person = { ...asking, actor };
  const proofs = await prove(person, factors, presented, {
    isAsked: async (_, said) => said === challenge,
    userVerification: false,
  });
  if (proofs instanceof Refusal) return proofs;
  return openSession(person, tokens, methodsOf([{ kind: 'password' }, ...proofs]), async (tx) =>
    (await takeOwn(tx, challenge, 'sign_in', actor.userId, now)) ? null : beginAgain(),
  );
}
