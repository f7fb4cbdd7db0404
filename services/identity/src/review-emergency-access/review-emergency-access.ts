import { type EmergencyAccessId, idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { type AskingActor, originOf } from '../asking.ts';
import { decideReview, findings } from '../emergency-access.ts';
import { lockEmergencyAccess, saveChanged } from '../emergency-access-store.ts';
import { nameSchema } from '../name.ts';

const reviewInput = z.object({
  accessId: idSchema<'EmergencyAccess'>(),
  expectedVersion: z.int(),
  finding: z.string().toLowerCase().pipe(z.enum(findings)),
  text: nameSchema(1000).min(3, 'must say why'),
});

/** Judges an emergency access. Answers its id. */
export async function reviewEmergencyAccess(
  asking: AskingActor,
  input: unknown,
): Promise<EmergencyAccessId | Refusal> {
  const wish = checkInput(reviewInput, input);
  if (wish instanceof Refusal) return wish;
  return asking.database.asActor(asking.actor, async (tx) => {
    const current = await lockEmergencyAccess(tx, wish.accessId);
    const judged = decideReview(current, wish, asking.actor, asking.now());
    if (judged instanceof Refusal) return judged;
    saveChanged(tx, current!, judged, originOf(asking));
    return judged.id;
  });
}
