import { idSchema, newId, type UserId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import { aboutWhom, changeProfile } from '../change-profile.ts';
import type { Context } from '../graphql/context.ts';

const schema = z
  .object({
    patientId: idSchema<'User'>().nullish(),
    code: z
      .string()
      .regex(
        /^((ingredient|food):[a-z0-9][a-z0-9-]{0,79}|class:[A-Z0-9][A-Z0-9_]{0,79})$/,
        'must be ingredient:<code>, class:<CODE> or food:<code>',
      )
      .nullish(),
    text: z.string().trim().min(1, 'must not be empty').max(200).nullish(),
    idempotencyKey: idSchema<'Command'>(),
  })
  .refine(({ code, text }) => code ?? text, { path: ['code'], message: 'is needed, or else text' });

const insert = `INSERT INTO patient_allergy (id, patient_id, code, text, recorded_by, recorded_at)
  SELECT $1, patient_id, $3, $4, $5, $6 FROM patient_profile WHERE patient_id = $2
  ON CONFLICT (patient_id, code) WHERE ended_at IS NULL DO NOTHING RETURNING id`;

/** Records an allergy. Answers whose. */
export async function recordAllergy(context: Context, raw: unknown): Promise<UserId | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { code = null, text = null, idempotencyKey: key } = input;
  const actor = signedIn(context);
  const patientId = aboutWhom(actor, input.patientId ?? null);
  const now = context.now();
  return context.database.command({ actor, name: 'recordAllergy', key, input }, (tx) =>
    changeProfile(tx, { patientId, actor, now }, async () => {
      const added = await tx.query(insert, [newId<'Allergy'>(), patientId, code, text, actor.userId, now]);
      if (added.length === 0)
        return refuse('INVALID', 'This allergy is on record already.', { path: ['input', 'code'] });
    }),
  );
}
