import { idSchema, type MembershipId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { administer } from '../administer.ts';
import { type AskingActor, originOf } from '../asking.ts';
import { loadMembership } from '../membership-store.ts';
import { permissionsSchema } from '../permission-input.ts';
import { decidePermissions, noSuchSet } from '../permission-set.ts';
import { loadPermissionSets, saveMembershipPermissions } from '../permission-set-store.ts';

const setInput = z.object({
  idempotencyKey: idSchema(),
  membershipId: idSchema<'Membership'>(),
  expectedVersion: z.int(),
  permissions: permissionsSchema,
  permissionSetIds: z
    .array(idSchema<'PermissionSet'>())
    .max(50, 'must be at most 50')
    .transform((given) => [...new Set(given)]),
});

/** Replaces what a member may do on top of their role. Answers the membership's id. */
export async function setMembershipPermissions(
  asking: AskingActor,
  input: unknown,
): Promise<{ id: MembershipId } | Refusal> {
  const wish = checkInput(setInput, input);
  if (wish instanceof Refusal) return wish;
  const { idempotencyKey: key, ...content } = wish;
  return administer(asking, { name: 'setMembershipPermissions', key, content }, async (tx) => {
    const [current, sets] = await Promise.all([
      loadMembership(tx, wish.membershipId),
      loadPermissionSets(tx, wish.permissionSetIds),
    ]);
    if (sets.length < wish.permissionSetIds.length) return noSuchSet();
    const { expectedVersion, permissions } = wish;
    const decided = decidePermissions(current, { expectedVersion, permissions, sets }, asking.actor);
    if (decided instanceof Refusal) return decided;
    const given = { ...decided, sets: wish.permissionSetIds };
    await saveMembershipPermissions(tx, wish.membershipId, given, originOf(asking));
    return { id: wish.membershipId };
  });
}
