import type { PermissionSetResolvers, Role } from '../generated/graphql.ts';

export const permissionSetFields: PermissionSetResolvers = {
  organisation: ({ organisationId }, _, { reader }) =>
    organisationId === null ? null : reader.organisation(organisationId),
  role: ({ role }) => (role === null ? null : (role.toUpperCase() as Role)),
};
