import type { InvitationResolvers, Role } from '../generated/graphql.ts';
import { statusOf } from '../invitation.ts';

export const invitationResolvers: InvitationResolvers = {
  organisation: async ({ organisationId }, _, { reader }) => {
    const organisation = await reader.organisation(organisationId);
    if (!organisation) throw new Error('An invitation is to an organisation everybody signed in may see.');
    return organisation;
  },
  role: ({ role }) => role.toUpperCase() as Role,
  permissions: ({ extraPermissions }) => extraPermissions,
  status: (invitation, _, { now }) => statusOf(invitation, now()),
  invitedBy: async ({ invitedAs }, _, { reader }) => {
    const inviter = await reader.membership(invitedAs);
    return inviter && reader.user(inviter.userId);
  },
  acceptedBy: ({ acceptedBy }, _, { reader }) => (acceptedBy ? reader.user(acceptedBy) : null),
};
