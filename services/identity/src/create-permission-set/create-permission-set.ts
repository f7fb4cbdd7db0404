import { idSchema, newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { refuse, Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { administer } from '../administer.ts';
import type { AskingActor } from '../asking.ts';
import { nameSchema } from '../name.ts';
import { loadOrganisationKind } from '../organisation-store.ts';
import { permissionsSchema } from '../permission-input.ts';
import { beyond, holds, type PermissionSetId } from '../permission-set.ts';
import { insertPermissionSet } from '../permission-set-store.ts';

const createInput = z.object({
  idempotencyKey: idSchema(),
  organisationId: idSchema<'Organisation'>(),
  name: nameSchema(80),
  permissions: permissionsSchema,
});

/** Names a set of permissions for an organisation to give to its members. Answers its id. */
export async function createPermissionSet(
  asking: AskingActor,
  input: unknown,
): Promise<{ id: PermissionSetId } | Refusal> {
  const wish = checkInput(createInput, input);
  if (wish instanceof Refusal) return wish;
  const { idempotencyKey: key, ...content } = wish;
  return administer(asking, { name: 'createPermissionSet', key, content }, async (tx) => {
    if (!holds(asking.actor, content.permissions)) return beyond();
    if (!(await loadOrganisationKind(tx, content.organisationId)))
      return refuse('NOT_FOUND', 'There is no such organisation.', { path: ['input', 'organisationId'] });
    const set = { id: newId<'PermissionSet'>(), ...content, version: 1, endedAt: null };
    if (await insertPermissionSet(tx, set)) return { id: set.id };
    return refuse('CONFLICT', 'The organisation has a set of this name.', { path: ['input', 'name'] });
  });
}
