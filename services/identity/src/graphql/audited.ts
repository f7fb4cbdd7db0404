import {
  apart,
  type AuditedTypes,
  ofPatient,
  personal,
} from '@carethread/service-kit/audit/personal-types.ts';
import type { Consent } from '../consent.ts';
import type { Delegation, EmergencyAccess, Membership, Session, User } from '../generated/prisma/client.ts';
import type { InvitationView } from './invitation-fields.ts';

/** What of people being shown or written is on record. Who works where, and under which name, is no secret here. */
export const audited: AuditedTypes = {
  types: {
    User: personal<User>({ id: ({ id, isStaff }) => (isStaff ? null : id), patientOf: ({ id }) => id }),
    Membership: personal<Membership>({
      id: ({ id, role }) => (role === 'patient' ? id : null),
      patientOf: ({ userId }) => userId,
    }),
    Session: personal<Session>({ id: ({ id }) => id, patientOf: ({ userId }) => userId }),
    // An address is on record before anybody has an account with it, and then as theirs.
    Invitation: ofPatient<InvitationView>(({ acceptedBy }) => acceptedBy),
    Delegation: ofPatient<Delegation>(({ patientId }) => patientId),
    Consent: ofPatient<Consent>(({ patientId }) => patientId),
    EmergencyAccess: ofPatient<EmergencyAccess>(({ patientId }) => patientId),
    ConsentDecision: 'is shown only with its consent',
    ...apart('carries an invitation or a delegation, which is noted', 'Invited', 'DelegationOffer'),
    ...apart(
      'is what somebody gets who proves who they are',
      'SignedIn',
      'Confirmation',
      'SignInChallenge',
      'OutsideSignIn',
      'ProxyToken',
      'EmergencyToken',
      'Enrolled',
      'EnrolledAndSignedIn',
      'RegisteredPasskey',
      'TotpSetUp',
    ),
    ...apart('is shown to whose it is and nobody else', 'Factors', 'Passkey'),
    ...apart(
      'is shown to whoever holds the secret of an invitation, not yet known here',
      'ShownInvitation',
      'AcceptedInvitation',
    ),
    Reset: 'is a secret to hand over; whose sign-in it is, who asks says themselves',
    ...apart('is a program or a part of it', 'ServiceAccount', 'ServiceAccountKey', 'ServiceAccountScope'),
    ...apart('is no person', 'Organisation', 'OutsideIssuer'),
    ...apart('is a rule', 'PermissionSet', 'SignInPolicy'),
  },
  unwatched: {
    organisations: 'are no people',
    care_relations: 'is a copy of what tickets has on record',
    ...apart('is written with its session', 'refresh_tokens'),
    ...apart(
      'proves who somebody is, and says nothing of them',
      'password_credentials',
      'password_resets',
      'totp_factors',
      'recovery_codes',
      'passkeys',
      'signing_keys',
    ),
    ...apart('is a sign-in on its way', 'challenges', 'outside_attempts'),
    sign_in_attempts: 'counts tries, also for accounts that are none',
    ...apart('is of programs', 'service_accounts', 'service_account_keys', 'used_assertions'),
    ...apart('is a rule', 'permission_sets', 'sign_in_policies'),
    membership_permission_sets: 'is written with its membership, which is on record',
  },
};
