import { idSchema, newId, type UserId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { refuse, Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { allowanceFields } from '../account-input.ts';
import { administer } from '../administer.ts';
import { type AskingActor, originOf } from '../asking.ts';
import { firstMembership } from '../membership.ts';
import { saveGranted } from '../membership-store.ts';
import { nameSchema } from '../name.ts';
import { loadOrganisationKind } from '../organisation-store.ts';
import { publicKeySchema } from '../public-key.ts';
import { insertProgramUser, insertServiceAccount } from '../service-account-store.ts';

const createInput = z.object({
  idempotencyKey: idSchema(),
  organisationId: idSchema<'Organisation'>(),
  name: nameSchema(120),
  publicKey: publicKeySchema,
  ...allowanceFields,
});

/** Makes a program of a pharmacy somebody: with a name, a membership, scopes and a first key. Answers its id. */
export async function createServiceAccount(
  asking: AskingActor,
  input: unknown,
): Promise<{ id: UserId } | Refusal> {
  const wish = checkInput(createInput, input);
  if (wish instanceof Refusal) return wish;
  const { idempotencyKey: key, ...content } = wish;
  return administer(asking, { name: 'createServiceAccount', key, content }, async (tx) => {
    const { organisationId, name, scopes, networks, publicKey } = content;
    const kind = await loadOrganisationKind(tx, organisationId);
    const path = ['input', 'organisationId'];
    if (!kind) return refuse('NOT_FOUND', 'There is no such organisation.', { path });
    if (kind !== 'pharmacy') return refuse('INVALID', 'Service accounts act for pharmacies.', { path });
    const now = asking.now();
    const [id, membershipId] = [newId<'User'>(), newId<'Membership'>()];
    insertProgramUser(tx, id, name);
    const membership = firstMembership(
      {
        id: membershipId,
        userId: id,
        organisationId,
        role: 'pharmacist',
        licenceNumber: null,
        extraPermissions: [],
      },
      now,
    );
    await saveGranted(tx, membership, originOf(asking));
    const keys = [{ ...publicKey, id: newId<'Session'>(), addedAt: now, retiredAt: null }];
    const account = {
      id,
      membershipId,
      organisationId,
      scopes,
      networks,
      keys,
      version: 1,
      disabledAt: null,
    };
    insertServiceAccount(tx, account, asking.actor.userId, now, originOf(asking));
    return { id };
  });
}
