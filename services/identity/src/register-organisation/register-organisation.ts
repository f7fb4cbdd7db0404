import { organisationKinds } from '@carethread/contracts/events/identity.ts';
import { idSchema, newId, type OrganisationId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { administer } from '../administer.ts';
import { type AskingActor, originOf } from '../asking.ts';
import { organisationFields } from '../organisation.ts';
import { insertOrganisation } from '../organisation-store.ts';

const registerOrganisationInput = z.object({
  idempotencyKey: idSchema(),
  kind: z.string().toLowerCase().pipe(z.enum(organisationKinds)),
  ...organisationFields,
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
