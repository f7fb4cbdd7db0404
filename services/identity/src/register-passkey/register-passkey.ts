import { newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { AskingActor } from '../asking.ts';
import { ask, newChallenge, takeOwn } from '../factors/challenge.ts';
import { firstRecoveryCodes, loadSecondFactors } from '../factors/factor-store.ts';
import { credentialsOf, insertPasskey } from '../factors/passkey-store.ts';
import { type Factors, wrongPasskey } from '../factors/prove.ts';
import { missingProof } from '../factors/recent-proof.ts';
import { attestationText, challengeIn, creationOptions, newPasskeyIn } from '../factors/webauthn.ts';
import { nameSchema } from '../name.ts';

const own = `SELECT u.display_name AS "displayName", e.email AS account
  FROM users u JOIN email_addresses e ON e.user_id = u.id WHERE u.id = $1`;

/** Asks for a new passkey of a person who is signed in. Answers JSON for the browser. */
export async function beginPasskeyRegistration(
  asking: AskingActor,
  { party }: Factors,
): Promise<string | Refusal> {
  const { actor } = asking;
  const now = asking.now();
  const challenge = newChallenge();
  const asked = await asking.database.asActor(actor, async (tx) => {
    const [has, [person], known] = await Promise.all([
      loadSecondFactors(tx, actor.userId),
      tx.query<{ displayName: string; account: string }>(own, [actor.userId]),
      credentialsOf(tx, actor.userId),
    ]);
    const missing = missingProof(actor, has, now);
    if (missing) return missing;
    if (!person) return refuse('NOT_FOUND', 'You have no account here.');
    ask(tx, challenge, 'passkey_registration', actor, now);
    return { person, known };
  });
  if (asked instanceof Refusal) return asked;
  return creationOptions(party, challenge, { userId: actor.userId, ...asked.person }, asked.known);
}

const registerInput = z.object({ passkey: attestationText, name: nameSchema(60) });

/** Keeps the passkey that was made. Recovery codes are answered to those who have none. */
export async function registerPasskey(
  asking: AskingActor,
  { party }: Factors,
  input: unknown,
): Promise<{ id: string; recoveryCodes: string[] } | Refusal> {
  const wish = checkInput(registerInput, input);
  if (wish instanceof Refusal) return wish;
  const { userId } = asking.actor;
  const now = asking.now();
  const challenge = challengeIn(wish.passkey);
  const isAsked = await asking.database.asActor(asking.actor, (tx) =>
    takeOwn(tx, challenge, 'passkey_registration', userId, now),
  );
  const made = isAsked && (await newPasskeyIn(party, wish.passkey, challenge, asking.log));
  if (!made) return wrongPasskey();
  const id = newId<'Passkey'>();
  return asking.database.asActor(asking.actor, async (tx) => {
    if (!(await insertPasskey(tx, { id, userId, name: wish.name }, made, now)))
      return refuse('CONFLICT', 'This passkey is registered already.');
    return { id, recoveryCodes: await firstRecoveryCodes(tx, userId) };
  });
}
