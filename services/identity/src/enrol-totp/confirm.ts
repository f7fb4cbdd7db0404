import type { Tx } from '@carethread/bus/transaction.ts';
import { newId, type UserId } from '@carethread/contracts/ids.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import type { Asking, AskingActor } from '../asking.ts';
import { challengedBy, challengeLifeMs, takeOwn } from '../factors/challenge.ts';
import { loadTotp, replaceRecoveryCodes, totpLabel } from '../factors/factor-store.ts';
import { methodsOf } from '../factors/methods.ts';
import { countCodeTry, type Factors, forgetCodeTries, wrongCode } from '../factors/prove.ts';
import { totpStep } from '../factors/totp.ts';
import { actorOf } from '../membership.ts';
import { beginAgain, openSession } from '../opening.ts';
import { type SealingKeys, unseal } from '../tokens/sealed.ts';
import type { SignedIn, Tokens } from '../tokens/tokens.ts';

/** Takes the first code of an app that was given a secret: from now on it is asked for. Answers recovery codes. */
export async function confirmTotpEnrolment(
  asking: AskingActor,
  { keys }: Factors,
  code: string,
): Promise<{ recoveryCodes: string[] } | Refusal> {
  const blocked = await countCodeTry(asking);
  if (blocked) return blocked;
  const { actor } = asking;
  return asking.database.asActor(actor, (tx) => confirm(tx, actor.userId, keys, code, asking.now()));
}

/** The same for somebody who may not get in without: it is their second factor as well, and the session opens. */
export async function completeRequiredEnrolment(
  asking: Asking,
  { factors, tokens }: { factors: Factors; tokens: Tokens },
  { challenge, code }: { challenge: string; code: string },
): Promise<{ recoveryCodes: string[]; session: SignedIn } | Refusal> {
  const now = asking.now();
  const found = await asking.database.asActor(null, (tx) => challengedBy(tx, challenge, now));
  if (!found?.mustEnrol) return beginAgain();
  const person = { ...asking, actor: actorOf(found.standing, newId()) };
  const blocked = await countCodeTry(person);
  if (blocked) return blocked;

  let recoveryCodes: string[] = [];
  const methods = methodsOf([{ kind: 'password' }, { kind: 'totp' }]);
  const session = await openSession(person, tokens, methods, async (tx) => {
    const { userId } = person.actor;
    if (!(await takeOwn(tx, challenge, 'sign_in', userId, now))) return beginAgain();
    const confirmed = await confirm(tx, userId, factors.keys, code, now);
    if (confirmed instanceof Refusal) return confirmed;
    ({ recoveryCodes } = confirmed);
    return null;
  });
  return session instanceof Refusal ? session : { recoveryCodes, session };
}

const saveConfirmed = `UPDATE totp_factors SET confirmed_at = $2, last_step = $3
  WHERE user_id = $1 AND confirmed_at IS NULL RETURNING user_id`;

async function confirm(
  tx: Tx,
  userId: UserId,
  keys: SealingKeys,
  code: string,
  now: Date,
): Promise<{ recoveryCodes: string[] } | Refusal> {
  const totp = await loadTotp(tx, userId);
  if (!totp || totp.confirmedAt || now.getTime() - totp.begunAt.getTime() > challengeLifeMs)
    return beginAgain();
  const step = totpStep(code, unseal(totp.sealedSecret, keys, totpLabel(userId)), now, null);
  if (step === null) return wrongCode();
  if ((await tx.query(saveConfirmed, [userId, now, step])).length === 0) return beginAgain();
  forgetCodeTries(tx);
  return { recoveryCodes: replaceRecoveryCodes(tx, userId) };
}
