import { refuse, type Refusal } from '@carethread/service-kit/refusal.ts';
import type { AskingActor } from '../asking.ts';
import { ask, newChallenge } from '../factors/challenge.ts';
import { credentialsOf } from '../factors/passkey-store.ts';
import type { Factors } from '../factors/prove.ts';
import { requestOptions } from '../factors/webauthn.ts';

/** Asks one of the person's own passkeys to prove them, user verification included. Answers JSON for the browser. */
export async function beginPasskeyConfirmation(
  asking: AskingActor,
  { party }: Factors,
): Promise<string | Refusal> {
  const challenge = newChallenge();
  const known = await asking.database.asActor(asking.actor, async (tx) => {
    const passkeys = await credentialsOf(tx, asking.actor.userId);
    if (passkeys.length === 0) return refuse('NOT_FOUND', 'You have no passkey here.');
    ask(tx, challenge, 'passkey_confirmation', asking.actor, asking.now());
    return passkeys;
  });
  return Array.isArray(known) ? requestOptions(party, challenge, known, 'required') : known;
}
