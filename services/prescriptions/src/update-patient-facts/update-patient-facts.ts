import { idSchema, type UserId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import { dateIn, isLocalDate } from '../calendar.ts';
import { aboutWhom, changeProfile } from '../change-profile.ts';
import { codeOf } from '../codes.ts';
import type { Context } from '../graphql/context.ts';
import { liverImpairments, pregnancies, sexes } from '../patient-facts.ts';

/** A code that null makes unknown. */
const orUnknown = <const Codes extends readonly [string, ...string[]]>(codes: Codes) =>
  z.preprocess((value) => (value === null ? 'unknown' : value), codeOf(codes).optional());

const schema = z.object({
  patientId: idSchema<'User'>().nullish(),
  expectedVersion: z.int(),
  birthDate: z.string().refine(isLocalDate, 'must be a day such as 1980-12-31').nullable().optional(),
  sex: orUnknown(sexes),
  weightGrams: z.int().min(200).max(700_000).nullable().optional(),
  heightMillimetres: z.int().min(200).max(2_800).nullable().optional(),
  pregnancy: orUnknown(pregnancies),
  lactating: z.boolean().nullable().optional(),
  creatinineClearance: z.number().min(0).max(500).nullable().optional(),
  liverImpairment: orUnknown(liverImpairments),
});

const columns = {
  birthDate: 'birth_date',
  sex: 'sex',
  weightGrams: 'weight_grams',
  heightMillimetres: 'height_millimetres',
  pregnancy: 'pregnancy',
  lactating: 'lactating',
  creatinineClearance: 'creatinine_clearance',
  liverImpairment: 'liver_impairment',
} as const;

/** Changes what is given; what is left out stays. Answers whose. */
export async function updatePatientFacts(context: Context, raw: unknown): Promise<UserId | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const actor = signedIn(context);
  const patientId = aboutWhom(actor, input.patientId ?? null);
  const now = context.now();
  const given = Object.entries(columns).filter(
    ([field]) => input[field as keyof typeof columns] !== undefined,
  );
  if (given.length === 0) return refuse('INVALID', 'Nothing is to be changed.', { path: ['input'] });
  if (input.birthDate && input.birthDate > dateIn('UTC', now))
    return refuse('INVALID', 'birthDate: lies ahead', { path: ['input', 'birthDate'] });
  const assignments = given.map(([, column], i) => `${column} = $${i + 2}`).join(', ');
  const values = given.map(([field]) => input[field as keyof typeof columns]);
  const { expectedVersion } = input;
  return context.database.asActor(actor, (tx) =>
    changeProfile(tx, { patientId, actor, now, expectedVersion }, async () => {
      tx.send(`UPDATE patient_profile SET ${assignments} WHERE patient_id = $1`, [patientId, ...values]);
    }),
  );
}
