import { idSchema, type RenewalId } from '@carethread/contracts/ids.ts';
import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse, staleVersion } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import type { Context } from '../graphql/context.ts';
import { renewalNotFound } from '../renewal/decidable.ts';
import { refundLines } from '../renewal/refund-lines.ts';
import { lockPrescription } from '../store/load.ts';
import { lockRenewal, findAround, saveRenewal } from '../store/renewal-store.ts';
import { save } from '../store/save.ts';

const schema = z.object({
  renewalId: idSchema<'Renewal'>(),
  expectedVersion: z.int(),
  lineIds: z.array(idSchema<'Line'>()).min(1).max(20),
});

/**
 * Pays back lines of a renewal and keeps them from being handed over, in one transaction under the prescription's lock.
 * As the worker, after the right was checked: administrators see no prescriptions.
 */
export async function refundRenewalLines(context: Context, raw: unknown): Promise<RenewalId | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const actor = signedIn(context);
  const now = context.now();
  return context.database.asWorker<RenewalId | Refusal>(async (tx) => {
    const ids = await findAround(tx, input.renewalId);
    if (!ids) return renewalNotFound();
    const prescription = ids.prescriptionId && (await lockPrescription(tx, ids.prescriptionId));
    const renewal = await lockRenewal(tx, input.renewalId);
    if (!renewal) return renewalNotFound();
    if (renewal.version !== input.expectedVersion)
      return staleVersion(input.expectedVersion, renewal.version);
    if (!prescription)
      return refuse('ILLEGAL_MOVE', 'Nothing was approved yet: decline it, and all of it goes back.', {
        currentStatus: renewal.state.toUpperCase(),
      });
    const wish = { lineIds: input.lineIds, by: actor.userId };
    const outcome = refundLines(renewal, prescription, wish, now);
    if (outcome instanceof Refusal) return outcome;
    const cause = causeOfRequest(context);
    save(tx, prescription, outcome.decided, { cause, rules: context.rules });
    return saveRenewal(tx, renewal, outcome.settled, cause).id;
  });
}
