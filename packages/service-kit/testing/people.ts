import { type Actor, permissionsOf, type Role } from '@carethread/contracts/actor.ts';
import { newId, type OrganisationId, type UserId } from '@carethread/contracts/ids.ts';

/** A person for a test, acting in one membership. Ids are new unless given. */
export function person(role: Role, known: { userId?: UserId; organisationId?: OrganisationId } = {}): Actor {
  return {
    userId: known.userId ?? newId<'User'>(),
    membershipId: newId<'Membership'>(),
    organisationId: known.organisationId ?? newId<'Organisation'>(),
    role,
    permissions: [...permissionsOf[role]],
    sessionId: newId<'Session'>(),
  };
}
