import type { Role as RoleName } from '@carethread/contracts/actor.ts';
import type { MembershipResolvers, Role } from '../generated/graphql.ts';
import { permissionsIn } from '../membership.ts';

export const membershipFields: MembershipResolvers = {
  user: ({ userId }, _, { reader }) => reader.user(userId),
  organisation: async ({ organisationId }, _, { reader }) => {
    const organisation = await reader.organisation(organisationId);
    if (!organisation) throw new Error('A membership has an organisation that everybody signed in may see.');
    return organisation;
  },
  role: ({ role }) => role.toUpperCase() as Role,
  permissionSets: ({ id }, _, { reader }) => reader.permissionSetsOf(id),
  permissions: ({ role, extraPermissions }) => permissionsIn({ role: role as RoleName, extraPermissions }),
};
