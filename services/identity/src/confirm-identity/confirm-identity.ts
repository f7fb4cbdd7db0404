import type { Actor, StepUp } from '@carethread/contracts/actor.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { AskingActor } from '../asking.ts';
import { forgetAttempts } from '../check-password.ts';
import { takeOwn } from '../factors/challenge.ts';
import { methodsOf } from '../factors/methods.ts';
import { type Factors, passwordField, prove, secondFactorFields } from '../factors/prove.ts';
import { actorOf } from '../membership.ts';
import { loadStanding } from '../membership-store.ts';
import { isActive } from '../session.ts';
import { signInAgain, stateColumns, type StateRow, toState } from '../session-store.ts';
import type { Confirmed, Tokens } from '../tokens/tokens.ts';

const confirmInput = z
  .object({ password: passwordField, ...secondFactorFields })
  .refine((given) => Object.values(given).some((each) => each != null), {
    path: ['password'],
    message: 'give this, a code, a recovery code or a passkey',
  });

const ownSession = `SELECT ${stateColumns} FROM sessions s JOIN memberships m ON m.id = s.membership_id
  WHERE s.id = $1`;

/**
 * An access token of the same session that says when and how the person proved once more who they are. Nothing is stored:
 * the proof lives and ages in this one token, so neither a refresh nor another tab has it. Everything that is given has to
 * be right.
 */
export async function confirmIdentity(
  asking: AskingActor,
  { tokens, factors }: { tokens: Tokens; factors: Factors },
  input: unknown,
): Promise<Confirmed | Refusal> {
  const wish = checkInput(confirmInput, input);
  if (wish instanceof Refusal) return wish;
  const { userId, sessionId } = asking.actor;
  const proofs = await prove(asking, factors, wish, {
    isAsked: (tx, challenge) => takeOwn(tx, challenge, 'passkey_confirmation', userId, asking.now()),
    userVerification: true,
  });
  const methods = proofs instanceof Refusal ? null : methodsOf(proofs);
  asking.log.info({ sessionId, methods, confirmed: methods !== null }, 'identity confirmation');
  if (proofs instanceof Refusal) return proofs;

  const now = asking.now();
  const actor = await asking.database.asActor(asking.actor, async (tx): Promise<Actor | Refusal> => {
    if (proofs.some(({ kind }) => kind === 'password')) forgetAttempts(tx);
    const [[session], standing] = await Promise.all([
      tx.query<StateRow>(ownSession, [sessionId]),
      loadStanding(tx, asking.actor.membershipId, userId),
    ]);
    if (!session || !isActive(toState(session), now) || !standing) return signInAgain();
    return actorOf(standing, sessionId);
  });
  if (actor instanceof Refusal) return actor;
  const stepUp: StepUp = { at: Math.floor(now.getTime() / 1000), methods: methodsOf(proofs) };
  return tokens.confirmed({ ...actor, stepUp }, stepUp);
}
