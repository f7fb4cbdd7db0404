import { permissions, roles } from '@carethread/contracts/actor.ts';
import { idSchema, type MembershipId, newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { refuse, Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { administer } from '../administer.ts';
import { type AskingActor, originOf } from '../asking.ts';
import { decideGrant } from '../membership.ts';
import { loadMembershipAt, saveGranted } from '../membership-store.ts';
import { beyond, holds } from '../permission-set.ts';
import { optionalNameSchema } from '../name.ts';
import { loadOrganisationKind } from '../organisation-store.ts';
import { userExists } from '../user-store.ts';

const grantMembershipInput = z
  .object({
    idempotencyKey: idSchema(),
    userId: idSchema<'User'>(),
    organisationId: idSchema<'Organisation'>(),
    role: z.string().toLowerCase().pipe(z.enum(roles)),
    licenceNumber: optionalNameSchema(40),
    permissions: z
      .array(z.enum(permissions, `must be one of ${permissions.join(', ')}`))
      .nullish()
      .transform((given) => [...new Set(given)]),
  })
  .transform(({ permissions: extraPermissions, ...rest }) => ({ ...rest, extraPermissions }));

/** Lets a person act for an organisation in a role. Answers the membership's id. */
export async function grantMembership(
  asking: AskingActor,
  input: unknown,
): Promise<{ id: MembershipId } | Refusal> {
  const wish = checkInput(grantMembershipInput, input);
  if (wish instanceof Refusal) return wish;
  const { idempotencyKey: key, ...grant } = wish;
  return administer(asking, { name: 'grantMembership', key, content: grant }, async (tx) => {
    const [current, kind, isUser] = await Promise.all([
      loadMembershipAt(tx, grant),
      loadOrganisationKind(tx, grant.organisationId),
      userExists(tx, grant.userId),
    ]);
    if (!isUser) return refuse('NOT_FOUND', 'There is no such person.', { path: ['input', 'userId'] });
    if (!kind)
      return refuse('NOT_FOUND', 'There is no such organisation.', { path: ['input', 'organisationId'] });
    const granted = decideGrant(current, { id: newId(), ...grant }, kind, asking.actor, asking.now());
    if (granted instanceof Refusal) return granted;
    const extra = await saveGranted(tx, granted, originOf(asking));
    if (!extra) return refuse('CONFLICT', 'Somebody else has just granted this membership.');
    // With what all holders of the role have been given: it could be more than the granter's own.
    return holds(asking.actor, extra) ? { id: granted.id } : beyond();
  });
}
