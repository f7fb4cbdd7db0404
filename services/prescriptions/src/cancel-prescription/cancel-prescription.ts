import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import { codeOf } from '../codes.ts';
import { cancel, type CancelOutcome, cancelReasons } from '../ending.ts';
import type { Context } from '../graphql/context.ts';
import { mayPrescribe } from '../may-prescribe.ts';
import { checkVersion, type Prescription } from '../prescription.ts';
import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { lockPrescription } from '../store/load.ts';
import { save } from '../store/save.ts';

const schema = z.object({
  prescriptionId: idSchema<'Prescription'>(),
  reason: codeOf(cancelReasons),
  expectedVersion: z
    .int()
    .nullish()
    .transform((version) => version ?? null),
});

export interface Cancelled {
  outcome: CancelOutcome | 'NOT_FOUND';
  prescription: Prescription | null;
}

/** Cancels what was not handed over, under the lock that hand-over takes, too. An outcome other than success writes nothing. */
export async function cancelPrescription(context: Context, raw: unknown): Promise<Cancelled | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { prescriptionId, reason, expectedVersion } = input;
  const actor = signedIn(context);
  return context.database.asActor(actor, async (tx): Promise<Cancelled | Refusal> => {
    const [prescription, rightful] = await Promise.all([
      lockPrescription(tx, prescriptionId),
      mayPrescribe(tx, actor),
    ]);
    if (!prescription) return { outcome: 'NOT_FOUND', prescription };
    const stale = expectedVersion === null ? null : checkVersion(prescription, expectedVersion);
    if (stale) return stale;
    if (!rightful || prescription.clinicId !== actor.organisationId)
      return { outcome: 'NOT_ALLOWED', prescription };
    const { outcome, decided } = cancel(prescription, reason, context.now());
    if (!decided) return { outcome, prescription };
    const { rules } = context;
    return {
      outcome,
      prescription: save(tx, prescription, decided, { cause: causeOfRequest(context), rules }),
    };
  });
}
