import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { changePrescription } from '../change-prescription.ts';
import { discard } from '../drafting.ts';
import type { Context } from '../graphql/context.ts';
import type { Prescription } from '../prescription.ts';

const schema = z.object({ prescriptionId: idSchema<'Prescription'>(), expectedVersion: z.int() });

/** Throws away what is being written. */
export async function discardDraft(context: Context, raw: unknown): Promise<Prescription | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  return changePrescription(context, input.prescriptionId, (prescription) =>
    discard(prescription, input.expectedVersion, context.now()),
  );
}
