import { idSchema, newId, type OrganisationId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { administer } from '../administer.ts';
import { type AskingActor, originOf } from '../asking.ts';
import { nameSchema } from '../name.ts';
import { insertOrganisation, type Organisation } from '../organisation-store.ts';

const registerOrganisationInput = z.object({
  idempotencyKey: idSchema(),
  kind: z
    .enum(['CLINIC', 'PHARMACY', 'OPERATOR'])
    .transform((kind) => kind.toLowerCase() as Organisation['kind']),
  name: nameSchema(120),
  city: nameSchema(80),
  timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin'),
  jurisdiction: z
    .string()
    .regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/, 'must be an ISO 3166 code such as US or US-CA'),
});

/** Adds an organisation. Answers its id. */
export async function registerOrganisation(
  asking: AskingActor,
  input: unknown,
): Promise<{ id: OrganisationId } | Refusal> {
  const wish = checkInput(registerOrganisationInput, input);
  if (wish instanceof Refusal) return wish;
  const { idempotencyKey: key, ...content } = wish;
  return administer(asking, { name: 'registerOrganisation', key, content }, async (tx) => {
    const id = newId<'Organisation'>();
    await insertOrganisation(tx, { id, ...content }, originOf(asking));
    return { id };
  });
}

function isTimeZone(name: string): boolean {
  try {
    // Intl takes offsets such as +02:00 as well, which know no summer time.
    return /^[A-Z]/i.test(name) && Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}
