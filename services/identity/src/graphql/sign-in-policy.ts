import type { Role, SignInPolicyResolvers } from '../generated/graphql.ts';

export const signInPolicyFields: SignInPolicyResolvers = {
  organisation: ({ organisationId }, _, { reader }) =>
    organisationId ? reader.organisation(organisationId) : null,
  role: ({ role }) => role.toUpperCase() as Role,
};
