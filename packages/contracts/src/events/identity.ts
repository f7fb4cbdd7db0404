import { z } from 'zod';
import { proxyScopes, roles } from '../actor.ts';
import { defineEvent } from '../define-event.ts';
import { idSchema } from '../ids.ts';

/** An operator runs the platform: administrators belong to it, care does not happen in it. */
export const organisationKinds = ['clinic', 'pharmacy', 'operator'] as const;
export type OrganisationKind = (typeof organisationKinds)[number];

export const OrganisationRegistered = defineEvent(
  'identity.organisation.registered.v1',
  'none',
  'A clinic, a pharmacy or an operator joined the platform.',
  z.object({
    organisationId: idSchema<'Organisation'>(),
    kind: z.enum(organisationKinds),
    /** IANA time zone the organisation works in. */
    timeZone: z.string(),
    /** ISO 3166 code of the jurisdiction whose rules apply, such as US. */
    jurisdiction: z.string(),
  }),
);

export const MembershipGranted = defineEvent(
  'identity.membership.granted.v1',
  'ids',
  'A person may act for an organisation in a role; a patient is registered with a clinic.',
  z.object({
    membershipId: idSchema<'Membership'>(),
    userId: idSchema<'User'>(),
    organisationId: idSchema<'Organisation'>(),
    role: z.enum(roles),
    /** All it may do, by its role or by itself; absent in events of the time before it was told. */
    permissions: z.array(z.string()).optional(),
  }),
);

export const MembershipEnded = defineEvent(
  'identity.membership.ended.v1',
  'ids',
  'A membership ended; whoever acted in it no longer may.',
  z.object({
    membershipId: idSchema<'Membership'>(),
    userId: idSchema<'User'>(),
    organisationId: idSchema<'Organisation'>(),
    role: z.enum(roles),
  }),
);

export const ServiceAccountChanged = defineEvent(
  'identity.service_account.changed.v1',
  'none',
  'What a program of an organisation may do has changed; tokens that promise more are void.',
  z.object({
    serviceAccountId: idSchema<'User'>(),
    organisationId: idSchema<'Organisation'>(),
    /** All it may do from now on; none once it is disabled. */
    scopes: z.array(z.string()),
  }),
);

export const SessionRevoked = defineEvent(
  'identity.session.revoked.v1',
  'ids',
  'A sign-in session ended before its time: live streams of it end, too.',
  z.object({ sessionId: idSchema<'Session'>(), userId: idSchema<'User'>() }),
);

export const InvitationMade = defineEvent(
  'identity.invitation.made.v1',
  'ids',
  'Somebody was invited to a membership. To whom it went, and its token, are told to nobody here.',
  z.object({
    invitationId: idSchema<'Invitation'>(),
    organisationId: idSchema<'Organisation'>(),
    role: z.enum(roles),
  }),
);

export const InvitationEnded = defineEvent(
  'identity.invitation.ended.v1',
  'ids',
  'An invitation was accepted, or taken back.',
  z.object({ invitationId: idSchema<'Invitation'>(), accepted: z.boolean() }),
);

export const DelegationGranted = defineEvent(
  'identity.delegation.granted.v1',
  'ids',
  'A person may act in a patient’s place until a moment: the delegation was given and taken up.',
  z.object({
    delegationId: idSchema<'Delegation'>(),
    patientId: idSchema<'User'>(),
    delegateId: idSchema<'User'>(),
    scopes: z.array(z.enum(proxyScopes)),
    endsAt: z.iso.datetime({ offset: true }),
  }),
);

export const DelegationEnded = defineEvent(
  'identity.delegation.ended.v1',
  'ids',
  'A delegation was taken back before its time; tokens and live streams that rest on it end.',
  z.object({
    delegationId: idSchema<'Delegation'>(),
    patientId: idSchema<'User'>(),
    /** Null when nobody had taken it up. */
    delegateId: idSchema<'User'>().nullable(),
  }),
);

/** What a patient can agree to, or not. */
export const consentKinds = ['share_record', 'recording', 'ai', 'emergency_access'] as const;
export type ConsentKind = (typeof consentKinds)[number];

export const ConsentDecided = defineEvent(
  'identity.consent.decided.v1',
  'ids',
  'A patient gave or withdrew a consent. The newest decision of a consent counts; without one its kind’s default.',
  z.object({
    consentId: idSchema<'Consent'>(),
    patientId: idSchema<'User'>(),
    kind: z.enum(consentKinds),
    /** With share_record: with whom. Null for all other kinds. */
    organisationId: idSchema<'Organisation'>().nullable(),
    given: z.boolean(),
  }),
);

/** Why somebody opens a record without having part in it. */
export const emergencyReasons = ['life_threatening', 'unconscious', 'urgent_treatment', 'other'] as const;
export type EmergencyReason = (typeof emergencyReasons)[number];

export const EmergencyAccessOpened = defineEvent(
  'identity.emergency_access.opened.v1',
  'ids',
  'A doctor or pharmacist opened a patient’s record without having part in it, with a reason, until a moment.',
  z.object({
    accessId: idSchema<'EmergencyAccess'>(),
    patientId: idSchema<'User'>(),
    holderId: idSchema<'User'>(),
    organisationId: idSchema<'Organisation'>(),
    endsAt: z.iso.datetime({ offset: true }),
  }),
);

export const EmergencyAccessEnded = defineEvent(
  'identity.emergency_access.ended.v1',
  'ids',
  'An emergency access ended before its time.',
  z.object({
    accessId: idSchema<'EmergencyAccess'>(),
    patientId: idSchema<'User'>(),
    holderId: idSchema<'User'>(),
  }),
);

export const EmergencyAccessReviewed = defineEvent(
  'identity.emergency_access.reviewed.v1',
  'ids',
  'A reviewer judged an emergency access.',
  z.object({
    accessId: idSchema<'EmergencyAccess'>(),
    patientId: idSchema<'User'>(),
    holderId: idSchema<'User'>(),
    finding: z.enum(['justified', 'not_justified']),
  }),
);
