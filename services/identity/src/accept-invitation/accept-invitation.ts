import { newId, type MembershipId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Asking, AskingActor } from '../asking.ts';
import { askAnybody, newChallenge, takeAnybodys } from '../factors/challenge.ts';
import { type Factors, wrongPasskey } from '../factors/prove.ts';
import { newRecoveryCodes, recoveryCodeHash } from '../factors/recovery-codes.ts';
import { attestationText, challengeIn, creationOptions, newPasskeyIn } from '../factors/webauthn.ts';
import { nameSchema, optionalNameSchema } from '../name.ts';
import { beginAgain } from '../opening.ts';
import { hashPassword, newPasswordSchema } from '../password.ts';
import { oneTimeTokenHash } from '../tokens/one-time-token.ts';
import { accept, type Newcomer } from './accept.ts';

const token = z.string().max(200, 'must be a token of ours');

const shown = `SELECT email, role, organisation_name AS "organisationName", expires_at AS "expiresAt"
  FROM sign_in.invitation($1, $2)`;
export interface ShownInvitation {
  email: string;
  role: string;
  organisationName: string;
  expiresAt: Date;
}

/** What an invitation is to, for whoever holds its token; null when it is of no use. */
export async function showInvitation(asking: Asking, presented: string): Promise<ShownInvitation | null> {
  const [row] = await asking.database.asActor(null, (tx) =>
    tx.query<ShownInvitation>(shown, [oneTimeTokenHash(presented), asking.now()]),
  );
  return row ?? null;
}

const beginInput = z.object({ token, displayName: nameSchema(120) });

/** Asks for the passkey of somebody who is about to accept an invitation. Answers JSON for the browser. */
export async function beginInvitedPasskey(
  asking: Asking,
  { party }: Factors,
  input: unknown,
): Promise<string | Refusal> {
  const wish = checkInput(beginInput, input);
  if (wish instanceof Refusal) return wish;
  const invitation = await showInvitation(asking, wish.token);
  if (!invitation) return beginAgain();
  const challenge = newChallenge();
  const userId = newId<'User'>();
  await asking.database.asActor(null, async (tx) =>
    askAnybody(tx, challenge, 'passkey_invitation', userId, asking.now()),
  );
  const person = { userId, account: invitation.email, displayName: wish.displayName };
  return creationOptions(party, challenge, person, []);
}

const acceptInput = z
  .object({
    token,
    displayName: nameSchema(120),
    givenName: optionalNameSchema(80),
    familyName: optionalNameSchema(80),
    password: newPasswordSchema.nullish(),
    passkey: attestationText.nullish(),
  })
  .refine(({ password, passkey }) => (password == null) !== (passkey == null), {
    path: ['password'],
    message: 'give either this or a passkey',
  });

/** Makes an account with a password or a passkey, and the membership the invitation is to. */
export async function acceptInvitation(
  asking: Asking,
  { party }: Factors,
  input: unknown,
): Promise<{ membershipId: MembershipId; recoveryCodes: string[] } | Refusal> {
  const wish = checkInput(acceptInput, input);
  if (wish instanceof Refusal) return wish;
  const { displayName, givenName, familyName } = wish;
  const names = { displayName, givenName, familyName };
  const made = wish.password
    ? { secret: { id: newId<'User'>(), passwordHash: await hashPassword(wish.password) }, recoveryCodes: [] }
    : await madePasskey(asking, party, wish.passkey!);
  if (made instanceof Refusal) return made;
  const accepted = await asking.database.asActor(null, (tx) =>
    accept(tx, asking, wish.token, { ...names, ...made.secret }),
  );
  return accepted instanceof Refusal ? accepted : { ...accepted, recoveryCodes: made.recoveryCodes };
}

async function madePasskey(
  asking: Asking,
  party: Factors['party'],
  answer: z.infer<typeof attestationText>,
): Promise<
  Refusal | { secret: Pick<Newcomer, 'id' | 'passkey' | 'recoveryCodes'>; recoveryCodes: string[] }
> {
  const challenge = challengeIn(answer);
  const asked = await asking.database.asActor(null, (tx) =>
    takeAnybodys(tx, challenge, 'passkey_invitation', asking.now()),
  );
  const made = asked?.subject && (await newPasskeyIn(party, answer, challenge, asking.log));
  if (!made) return wrongPasskey();
  const id = asked.subject!;
  const recoveryCodes = newRecoveryCodes();
  const passkey = {
    ...made,
    id: newId<'Passkey'>(),
    name: 'Passkey',
    credentialId: made.credentialId.toString('hex'),
    publicKey: made.publicKey.toString('hex'),
  };
  const hashes = recoveryCodes.map((code) => recoveryCodeHash(id, code).toString('hex'));
  return { secret: { id, passkey, recoveryCodes: hashes }, recoveryCodes };
}

/** Adds the membership an invitation is to to the account of whoever asks. */
export async function joinByInvitation(
  asking: AskingActor,
  input: unknown,
): Promise<{ membershipId: MembershipId } | Refusal> {
  const wish = checkInput(z.object({ token }), input);
  if (wish instanceof Refusal) return wish;
  return asking.database.asActor(asking.actor, (tx) => accept(tx, asking, wish.token, null));
}
