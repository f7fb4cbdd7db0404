import { isOpen } from '../emergency-access.ts';
import type {
  EmergencyAccessResolvers,
  EmergencyFinding,
  EmergencyReason,
  EmergencyTokenResolvers,
} from '../generated/graphql.ts';

export const emergencyAccessFields: EmergencyAccessResolvers = {
  patient: ({ patientId }, _, { reader }) => reader.user(patientId),
  holder: ({ holderId }, _, { reader }) => reader.user(holderId),
  organisation: ({ organisationId }, _, { reader }) => reader.organisation(organisationId),
  reason: ({ reason }) => reason.toUpperCase() as EmergencyReason,
  endsAt: ({ endsAt, endedAt }) => endedAt ?? endsAt,
  open: (access, _, { now }) => isOpen(access, now()),
  finding: ({ finding }) => (finding ? (finding.toUpperCase() as EmergencyFinding) : null),
  reviewedBy: ({ reviewedBy }, _, { reader }) => (reviewedBy ? reader.user(reviewedBy) : null),
};

export const emergencyTokenFields: EmergencyTokenResolvers = {
  access: async ({ accessId }, _, { reader }) => {
    const access = await reader.emergencyAccess(accessId);
    if (!access) throw new Error('Whoever opened an emergency access sees it.');
    return access;
  },
};
