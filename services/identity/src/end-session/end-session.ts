import { personBehind } from '@carethread/contracts/actor.ts';
import { idSchema, type SessionId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { refuse, Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { type AskingActor, originOf } from '../asking.ts';
import { revokeSession } from '../session-store.ts';

const endSessionInput = z.object({ sessionId: idSchema<'Session'>() });
const ownSession = 'SELECT id FROM sessions WHERE id = $1 AND user_id = $2';

/** Ends one of the person's own sessions. Answers its id, also when it had ended before. */
export async function endSession(asking: AskingActor, input: unknown): Promise<SessionId | Refusal> {
  const wish = checkInput(endSessionInput, input);
  if (wish instanceof Refusal) return wish;
  return asking.database.asActor(asking.actor, async (tx) => {
    const [own] = await tx.query(ownSession, [wish.sessionId, personBehind(asking.actor)]);
    if (!own) return refuse('NOT_FOUND', 'You have no such session.', { path: ['input', 'sessionId'] });
    await revokeSession(tx, wish.sessionId, asking.now(), originOf(asking));
    return wish.sessionId;
  });
}
