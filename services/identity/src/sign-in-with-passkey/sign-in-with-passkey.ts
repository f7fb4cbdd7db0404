import { generateKeyPairSync } from 'node:crypto';
import { idSchema, newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Asking } from '../asking.ts';
import { askAnybody, newChallenge, takeAnybodys } from '../factors/challenge.ts';
import { methodsOf } from '../factors/methods.ts';
import { findPasskey } from '../factors/passkey-store.ts';
import { acceptSignature, type Factors, wrongPasskey } from '../factors/prove.ts';
import { assertionText, challengeIn, isHandleOf, requestOptions, signatureBy } from '../factors/webauthn.ts';
import { actorOf, chooseStanding } from '../membership.ts';
import { openSession } from '../opening.ts';
import type { SignedIn, Tokens } from '../tokens/tokens.ts';

/** Asks any passkey of ours, of whoever it is. Answers JSON for the browser. */
export async function beginPasskeySignIn(asking: Asking, { party }: Factors): Promise<string> {
  const challenge = newChallenge();
  await asking.database.asActor(null, async (tx) =>
    askAnybody(tx, challenge, 'passkey_sign_in', null, asking.now()),
  );
  return requestOptions(party, challenge, [], 'required');
}

const signInInput = z.object({
  passkey: assertionText,
  membershipId: idSchema<'Membership'>().nullish(),
});

/** Begins a session for a passkey alone: it was held, and has made sure of its user. */
export async function signInWithPasskey(
  asking: Asking,
  { tokens, factors }: { tokens: Tokens; factors: Factors },
  input: unknown,
): Promise<SignedIn | Refusal> {
  const wish = checkInput(signInInput, input);
  if (wish instanceof Refusal) return wish;
  const { passkey: answer } = wish;
  const challenge = challengeIn(answer);
  const { asked, found } = await asking.database.asActor(null, async (tx) => {
    const known = findPasskey(tx, Buffer.from(answer.id, 'base64url'));
    return {
      asked: await takeAnybodys(tx, challenge, 'passkey_sign_in', asking.now()),
      found: await known,
    };
  });
  if (!asked || !found || !isHandleOf(answer, found.passkey.userId)) {
    // As much work as for one that is known.
    await signatureBy(factors.party, decoy, answer, challenge, asking.log);
    return wrongPasskey();
  }
  const standing = chooseStanding(found.memberships, wish.membershipId ?? null);
  if (standing instanceof Refusal) {
    const signed = await signatureBy(factors.party, found.passkey, answer, challenge, asking.log);
    return signed ? standing : wrongPasskey();
  }
  const person = { ...asking, actor: actorOf(standing, newId()) };
  const proof = await acceptSignature(person, factors.party, found.passkey, {
    answer,
    challenge,
    userVerification: true,
  });
  return proof instanceof Refusal ? proof : openSession(person, tokens, methodsOf([proof]));
}

/** A key nobody holds, in COSE (RFC 9053, 7.1.1): map of kty EC2, alg ES256, crv P-256, x and y. */
const decoy = (() => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicKey.export({ format: 'jwk' });
  const bytes = (text: string | undefined) => Buffer.from(text ?? '', 'base64url');
  const cose = Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    bytes(x),
    Buffer.from('225820', 'hex'),
    bytes(y),
  ]);
  return { credentialId: Buffer.alloc(16), publicKey: cose };
})();
