import type { Actor, StepUp } from '@carethread/contracts/actor.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { AskingActor } from '../asking.ts';
import { checkPassword, forgetAttempts } from '../check-password.ts';
import { actorOf } from '../membership.ts';
import { loadStanding } from '../membership-store.ts';
import { isActive } from '../session.ts';
import { signInAgain, stateColumns, type StateRow, toState } from '../session-store.ts';
import type { Confirmed, Tokens } from '../tokens/tokens.ts';

const confirmInput = z.object({ password: z.string().max(200, 'must be at most 200 characters') });

const ownAddress = 'SELECT email FROM email_addresses WHERE user_id = $1';
const ownSession = `SELECT ${stateColumns} FROM sessions s JOIN memberships m ON m.id = s.membership_id
  WHERE s.id = $1`;

/**
 * An access token of the same session that says when and how the person proved once more who they are. Nothing is stored:
 * the proof lives and ages in this one token, so neither a refresh nor another tab has it.
 */
export async function confirmIdentity(
  asking: AskingActor,
  tokens: Tokens,
  input: unknown,
): Promise<Confirmed | Refusal> {
  const wish = checkInput(confirmInput, input);
  if (wish instanceof Refusal) return wish;
  const { userId, sessionId } = asking.actor;
  const [address] = await asking.database.asActor(asking.actor, (tx) =>
    tx.query<{ email: string }>(ownAddress, [userId]),
  );
  const account = await checkPassword(asking, address?.email ?? '', wish.password);
  asking.log.info(
    { sessionId, method: 'pwd', confirmed: !(account instanceof Refusal) },
    'identity confirmation',
  );
  if (account instanceof Refusal) return account;

  const now = asking.now();
  const actor = await asking.database.asActor(asking.actor, async (tx): Promise<Actor | Refusal> => {
    forgetAttempts(tx);
    const [[session], standing] = await Promise.all([
      tx.query<StateRow>(ownSession, [sessionId]),
      loadStanding(tx, asking.actor.membershipId, userId),
    ]);
    if (!session || !isActive(toState(session), now) || !standing) return signInAgain();
    return actorOf(standing, sessionId);
  });
  if (actor instanceof Refusal) return actor;
  const stepUp: StepUp = { at: Math.floor(now.getTime() / 1000), methods: ['pwd'] };
  return tokens.confirmed({ ...actor, stepUp }, stepUp);
}
