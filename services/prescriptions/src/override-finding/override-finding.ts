import { idSchema, newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import { changePrescription, newIds } from '../change-prescription.ts';
import { codeOf } from '../codes.ts';
import type { Context } from '../graphql/context.ts';
import type { Prescription } from '../prescription.ts';
import { overrideReasons } from '../screening.ts';
import { answerFinding } from '../judging.ts';

const schema = z.object({
  prescriptionId: idSchema<'Prescription'>(),
  findingKey: z.string().min(1).max(300),
  reason: codeOf(overrideReasons),
  text: z
    .string()
    .trim()
    .min(3, 'must have at least 3 characters')
    .max(500, 'must have at most 500 characters'),
  expectedVersion: z.int(),
});

/** Answers one finding or gap; the last open one of something signed releases it. */
export async function overrideFinding(context: Context, raw: unknown): Promise<Prescription | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { findingKey, reason, text, expectedVersion } = input;
  const { userId: doctorId } = signedIn(context);
  const now = context.now();
  const answer = { id: newId<'Override'>(), findingKey, reason, text, doctorId, at: now };
  return changePrescription(context, input.prescriptionId, (prescription) =>
    answerFinding(prescription, expectedVersion, answer, { now, newIds, rules: context.rules }),
  );
}
