import { z } from 'zod';
import { roles } from '../actor.ts';
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

export const SessionRevoked = defineEvent(
  'identity.session.revoked.v1',
  'ids',
  'A sign-in session ended before its time: live streams of it end, too.',
  z.object({ sessionId: idSchema<'Session'>(), userId: idSchema<'User'>() }),
);
