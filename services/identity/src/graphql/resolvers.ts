import { actAsProxyResolver } from '../act-as-proxy/act-as-proxy.resolver.ts';
import { decideConsentResolver } from '../decide-consent/decide-consent.resolver.ts';
import { endEmergencyAccessResolver } from '../end-emergency-access/end-emergency-access.resolver.ts';
import { myConsentsResolver } from '../list-consents/list-consents.resolver.ts';
import { delegationsResolver } from '../list-delegations/list-delegations.resolver.ts';
import { emergencyAccessesResolver } from '../list-emergency-accesses/list-emergency-accesses.resolver.ts';
import { offerDelegationResolver } from '../offer-delegation/offer-delegation.resolver.ts';
import {
  openEmergencyAccessResolver,
  resumeEmergencyAccessResolver,
} from '../open-emergency-access/open-emergency-access.resolver.ts';
import { redeemDelegationResolver } from '../redeem-delegation/redeem-delegation.resolver.ts';
import { reviewEmergencyAccessResolver } from '../review-emergency-access/review-emergency-access.resolver.ts';
import { revokeDelegationResolver } from '../revoke-delegation/revoke-delegation.resolver.ts';
import { actAsResolver } from '../act-as/act-as.resolver.ts';
import {
  beginOutsideSignInResolver,
  outsideIssuersResolver,
} from '../begin-outside-sign-in/begin-outside-sign-in.resolver.ts';
import { changePermissionSetResolvers } from '../change-permission-set/change-permission-set.resolver.ts';
import { changeServiceAccountResolvers } from '../change-service-account/change-service-account.resolver.ts';
import {
  beginPasskeyConfirmationResolver,
  confirmIdentityResolver,
} from '../confirm-identity/confirm-identity.resolver.ts';
import { createPermissionSetResolver } from '../create-permission-set/create-permission-set.resolver.ts';
import { createServiceAccountResolver } from '../create-service-account/create-service-account.resolver.ts';
import { endMembershipResolver } from '../end-membership/end-membership.resolver.ts';
import { revokeSessionResolver, signOutResolver } from '../end-session/end-session.resolver.ts';
import { finishOutsideSignInResolver } from '../finish-outside-sign-in/finish-outside-sign-in.resolver.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { grantMembershipResolver } from '../grant-membership/grant-membership.resolver.ts';
import { organisationsResolver } from '../list-organisations/list-organisations.resolver.ts';
import { patientsResolver, usersResolver } from '../list-people/list-people.resolver.ts';
import {
  permissionSetsResolver,
  permissionsResolver,
} from '../list-permission-sets/list-permission-sets.resolver.ts';
import {
  scopesResolver,
  serviceAccountResolver,
  serviceAccountsResolver,
} from '../list-service-accounts/list-service-accounts.resolver.ts';
import { mySessionsResolver } from '../list-sessions/list-sessions.resolver.ts';
import { refreshSessionResolver } from '../refresh-session/refresh-session.resolver.ts';
import { registerOrganisationResolver } from '../register-organisation/register-organisation.resolver.ts';
import { registerUserResolver } from '../register-user/register-user.resolver.ts';
import { setMembershipPermissionsResolver } from '../set-membership-permissions/set-membership-permissions.resolver.ts';
import {
  acceptInvitationResolver,
  beginInvitedPasskeyResolver,
  joinByInvitationResolver,
  shownInvitationResolver,
} from '../accept-invitation/accept-invitation.resolver.ts';
import { changePasswordResolver } from '../change-password/change-password.resolver.ts';
import { choosePasswordResolver } from '../choose-password/choose-password.resolver.ts';
import { completeSignInResolver } from '../complete-sign-in/complete-sign-in.resolver.ts';
import { disableTotpResolver } from '../disable-totp/disable-totp.resolver.ts';
import {
  beginRequiredEnrolmentResolver,
  beginTotpEnrolmentResolver,
  completeRequiredEnrolmentResolver,
  confirmTotpEnrolmentResolver,
} from '../enrol-totp/enrol-totp.resolver.ts';
import { inviteMemberResolver } from '../invite-member/invite-member.resolver.ts';
import { myFactorsResolver } from '../list-factors/list-factors.resolver.ts';
import { invitationsResolver } from '../list-invitations/list-invitations.resolver.ts';
import { signInPoliciesResolver } from '../list-sign-in-policies/list-sign-in-policies.resolver.ts';
import {
  beginPasskeyRegistrationResolver,
  registerPasskeyResolver,
} from '../register-passkey/register-passkey.resolver.ts';
import { removePasskeyResolver } from '../remove-passkey/remove-passkey.resolver.ts';
import { renamePasskeyResolver } from '../rename-passkey/rename-passkey.resolver.ts';
import { renewRecoveryCodesResolver } from '../renew-recovery-codes/renew-recovery-codes.resolver.ts';
import { resetSignInResolver } from '../reset-sign-in/reset-sign-in.resolver.ts';
import { revokeInvitationResolver } from '../revoke-invitation/revoke-invitation.resolver.ts';
import { setSignInPolicyResolver } from '../set-sign-in-policy/set-sign-in-policy.resolver.ts';
import {
  beginPasskeySignInResolver,
  signInWithPasskeyResolver,
} from '../sign-in-with-passkey/sign-in-with-passkey.resolver.ts';
import { signInResolver } from '../sign-in/sign-in.resolver.ts';
import { consentFields } from './consent.ts';
import { delegationFields } from './delegation.ts';
import { emergencyAccessFields, emergencyTokenFields } from './emergency-access.ts';
import { invitationResolvers } from './invitation.ts';
import { membershipFields } from './membership.ts';
import { organisationFields } from './organisation.ts';
import { permissionSetFields } from './permission-set.ts';
import { serviceAccountFields } from './service-account.ts';
import { sessionFields, signedInFields } from './session.ts';
import { signInPolicyFields } from './sign-in-policy.ts';
import { meResolver, userFields, userResolver } from './user.ts';

export const resolvers = {
  Query: {
    me: meResolver,
    outsideIssuers: outsideIssuersResolver,
    user: userResolver,
    organisations: organisationsResolver,
    patients: patientsResolver,
    users: usersResolver,
    mySessions: mySessionsResolver,
    permissions: permissionsResolver,
    permissionSets: permissionSetsResolver,
    myFactors: myFactorsResolver,
    shownInvitation: shownInvitationResolver,
    invitations: invitationsResolver,
    signInPolicies: signInPoliciesResolver,
    serviceAccount: serviceAccountResolver,
    serviceAccounts: serviceAccountsResolver,
    serviceAccountScopes: scopesResolver,
    delegations: delegationsResolver,
    myConsents: myConsentsResolver,
    emergencyAccesses: emergencyAccessesResolver,
  },
  Mutation: {
    signIn: signInResolver,
    beginOutsideSignIn: beginOutsideSignInResolver,
    finishOutsideSignIn: finishOutsideSignInResolver,
    refreshSession: refreshSessionResolver,
    confirmIdentity: confirmIdentityResolver,
    actAs: actAsResolver,
    signOut: signOutResolver,
    revokeSession: revokeSessionResolver,
    registerOrganisation: registerOrganisationResolver,
    registerUser: registerUserResolver,
    grantMembership: grantMembershipResolver,
    endMembership: endMembershipResolver,
    createPermissionSet: createPermissionSetResolver,
    ...changePermissionSetResolvers,
    setMembershipPermissions: setMembershipPermissionsResolver,
    completeSignIn: completeSignInResolver,
    beginPasskeySignIn: beginPasskeySignInResolver,
    signInWithPasskey: signInWithPasskeyResolver,
    beginRequiredEnrolment: beginRequiredEnrolmentResolver,
    completeRequiredEnrolment: completeRequiredEnrolmentResolver,
    beginTotpEnrolment: beginTotpEnrolmentResolver,
    confirmTotpEnrolment: confirmTotpEnrolmentResolver,
    disableTotp: disableTotpResolver,
    renewRecoveryCodes: renewRecoveryCodesResolver,
    beginPasskeyRegistration: beginPasskeyRegistrationResolver,
    registerPasskey: registerPasskeyResolver,
    renamePasskey: renamePasskeyResolver,
    removePasskey: removePasskeyResolver,
    beginPasskeyConfirmation: beginPasskeyConfirmationResolver,
    changePassword: changePasswordResolver,
    resetSignIn: resetSignInResolver,
    choosePassword: choosePasswordResolver,
    inviteMember: inviteMemberResolver,
    revokeInvitation: revokeInvitationResolver,
    beginInvitedPasskey: beginInvitedPasskeyResolver,
    acceptInvitation: acceptInvitationResolver,
    joinByInvitation: joinByInvitationResolver,
    setSignInPolicy: setSignInPolicyResolver,
    createServiceAccount: createServiceAccountResolver,
    ...changeServiceAccountResolvers,
    offerDelegation: offerDelegationResolver,
    redeemDelegation: redeemDelegationResolver,
    revokeDelegation: revokeDelegationResolver,
    actAsProxy: actAsProxyResolver,
    decideConsent: decideConsentResolver,
    openEmergencyAccess: openEmergencyAccessResolver,
    resumeEmergencyAccess: resumeEmergencyAccessResolver,
    endEmergencyAccess: endEmergencyAccessResolver,
    reviewEmergencyAccess: reviewEmergencyAccessResolver,
  },
  User: userFields,
  Organisation: organisationFields,
  Membership: membershipFields,
  PermissionSet: permissionSetFields,
  ServiceAccount: serviceAccountFields,
  Session: sessionFields,
  SignedIn: signedInFields,
  Delegation: delegationFields,
  Consent: consentFields,
  EmergencyAccess: emergencyAccessFields,
  EmergencyToken: emergencyTokenFields,
  Invitation: invitationResolvers,
  SignInPolicy: signInPolicyFields,
} satisfies Resolvers;
