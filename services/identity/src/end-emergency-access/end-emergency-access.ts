import { type EmergencyAccessId, idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { type AskingActor, originOf } from '../asking.ts';
import { decideEnd } from '../emergency-access.ts';
import { lockEmergencyAccess, saveChanged } from '../emergency-access-store.ts';

const endInput = z.object({ accessId: idSchema<'EmergencyAccess'>(), expectedVersion: z.int() });

/** Ends one's own emergency access. Answers its id. */
export async function endEmergencyAccess(
  asking: AskingActor,
  input: unknown,
): Promise<EmergencyAccessId | Refusal> {
  const wish = checkInput(endInput, input);
  if (wish instanceof Refusal) return wish;
  return asking.database.asActor(asking.actor, async (tx) => {
    const current = await lockEmergencyAccess(tx, wish.accessId);
    const ended = decideEnd(current, wish.expectedVersion, asking.actor, asking.now());
    if (ended instanceof Refusal) return ended;
    saveChanged(tx, current!, ended, originOf(asking));
    return ended.id;
  });
}
