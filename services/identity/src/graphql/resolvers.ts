import { actAsResolver } from '../act-as/act-as.resolver.ts';
import { confirmIdentityResolver } from '../confirm-identity/confirm-identity.resolver.ts';
import { endMembershipResolver } from '../end-membership/end-membership.resolver.ts';
import { revokeSessionResolver, signOutResolver } from '../end-session/end-session.resolver.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { grantMembershipResolver } from '../grant-membership/grant-membership.resolver.ts';
import { organisationsResolver } from '../list-organisations/list-organisations.resolver.ts';
import { patientsResolver, usersResolver } from '../list-people/list-people.resolver.ts';
import { mySessionsResolver } from '../list-sessions/list-sessions.resolver.ts';
import { refreshSessionResolver } from '../refresh-session/refresh-session.resolver.ts';
import { registerOrganisationResolver } from '../register-organisation/register-organisation.resolver.ts';
import { registerUserResolver } from '../register-user/register-user.resolver.ts';
import { signInResolver } from '../sign-in/sign-in.resolver.ts';
import { membershipFields } from './membership.ts';
import { organisationFields } from './organisation.ts';
import { sessionFields, signedInFields } from './session.ts';
import { meResolver, userFields, userResolver } from './user.ts';

export const resolvers = {
  Query: {
    me: meResolver,
    user: userResolver,
    organisations: organisationsResolver,
    patients: patientsResolver,
    users: usersResolver,
    mySessions: mySessionsResolver,
  },
  Mutation: {
    signIn: signInResolver,
    refreshSession: refreshSessionResolver,
    confirmIdentity: confirmIdentityResolver,
    actAs: actAsResolver,
    signOut: signOutResolver,
    revokeSession: revokeSessionResolver,
    registerOrganisation: registerOrganisationResolver,
    registerUser: registerUserResolver,
    grantMembership: grantMembershipResolver,
    endMembership: endMembershipResolver,
  },
  User: userFields,
  Organisation: organisationFields,
  Membership: membershipFields,
  Session: sessionFields,
  SignedIn: signedInFields,
} satisfies Resolvers;
