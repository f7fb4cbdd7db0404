import { idSchema, type UserId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { endRecord } from '../end-record.ts';
import type { Context } from '../graphql/context.ts';

const schema = z.object({ conditionId: idSchema<'Condition'>(), expectedVersion: z.int() });

/** Says that the patient no longer has a condition on record. Answers whose. */
export async function endCondition(context: Context, raw: unknown): Promise<UserId | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { conditionId: id, expectedVersion } = input;
  return endRecord(context, { table: 'patient_condition', id, field: 'conditionId', expectedVersion });
}
