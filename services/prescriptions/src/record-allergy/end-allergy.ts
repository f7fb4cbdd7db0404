import { idSchema, type UserId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { endRecord } from '../end-record.ts';
import type { Context } from '../graphql/context.ts';

const schema = z.object({ allergyId: idSchema<'Allergy'>(), expectedVersion: z.int() });

/** Says that an allergy on record is none, or is no more. Answers whose. */
export async function endAllergy(context: Context, raw: unknown): Promise<UserId | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { allergyId: id, expectedVersion } = input;
  return endRecord(context, { table: 'patient_allergy', id, field: 'allergyId', expectedVersion });
}
