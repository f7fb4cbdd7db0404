import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { changePrescription } from '../change-prescription.ts';
import { setLines as decide } from '../drafting.ts';
import type { Context } from '../graphql/context.ts';
import { linesSchema, toLine } from '../line.ts';
import type { Prescription } from '../prescription.ts';

const schema = z.object({
  prescriptionId: idSchema<'Prescription'>(),
  expectedVersion: z.int(),
  lines: linesSchema,
});

/** Saves the lines of what is being written. */
export async function setLines(context: Context, raw: unknown): Promise<Prescription | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { expectedVersion } = input;
  const given = new Set(input.lines.flatMap(({ id }) => (id ? [id] : [])));
  const lines = input.lines.map(toLine);
  return changePrescription(context, input.prescriptionId, (prescription) =>
    decide(prescription, { expectedVersion, lines }, given),
  );
}
