import { idSchema, newId, type UserId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import { aboutWhom, changeProfile } from '../change-profile.ts';
import type { Context } from '../graphql/context.ts';

const schema = z.object({
  patientId: idSchema<'User'>().nullish(),
  code: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$/, 'must be a condition code of the catalog'),
  idempotencyKey: idSchema<'Command'>(),
});

const insert = `INSERT INTO patient_condition (id, patient_id, code, recorded_by, recorded_at)
  SELECT $1, patient_id, $3, $4, $5 FROM patient_profile WHERE patient_id = $2
  ON CONFLICT (patient_id, code) WHERE ended_at IS NULL DO NOTHING RETURNING id`;

/** Records a condition. Answers whose. */
export async function recordCondition(context: Context, raw: unknown): Promise<UserId | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { code, idempotencyKey: key } = input;
  const actor = signedIn(context);
  const patientId = aboutWhom(actor, input.patientId ?? null);
  const now = context.now();
  return context.database.command({ actor, name: 'recordCondition', key, input }, (tx) =>
    changeProfile(tx, { patientId, actor, now }, async () => {
      const added = await tx.query(insert, [newId<'Condition'>(), patientId, code, actor.userId, now]);
      if (added.length === 0)
        return refuse('INVALID', 'This condition is on record already.', { path: ['input', 'code'] });
    }),
  );
}
