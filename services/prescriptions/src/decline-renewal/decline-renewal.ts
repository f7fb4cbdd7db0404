import { idSchema, type RenewalId } from '@carethread/contracts/ids.ts';
import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import { codeOf } from '../codes.ts';
import type { Context } from '../graphql/context.ts';
import { decidable } from '../renewal/decidable.ts';
import { end } from '../renewal/renewal.ts';
import { lockRenewal, saveRenewal } from '../store/renewal-store.ts';

/** Coded reasons of whoever declines. */
export const declineReasons = [
  'see_the_doctor',
  'clinical_concern',
  'not_eligible',
  'asked_by_mistake',
  'other',
] as const;

const schema = z.object({
  renewalId: idSchema<'Renewal'>(),
  expectedVersion: z.int(),
  reason: codeOf(declineReasons),
});

/** Declines it. The ticket ends, and what was paid goes back by itself. As the worker, after the right was checked. */
export async function declineRenewal(context: Context, raw: unknown): Promise<RenewalId | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { renewalId, expectedVersion, reason } = input;
  const actor = signedIn(context);
  return context.database.asWorker<RenewalId | Refusal>(async (tx) => {
    const renewal = await lockRenewal(tx, renewalId);
    const refused = decidable(renewal, actor, expectedVersion);
    if (refused) return refused;
    const declined = end(renewal!, 'declined', reason, context.now(), actor.userId);
    return saveRenewal(tx, renewal, declined, causeOfRequest(context)).id;
  });
}
