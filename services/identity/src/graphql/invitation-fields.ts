import type { Prisma } from '../generated/prisma/client.ts';

/** What of an invitation is read; its token's hash is not. */
export const invitationFields = {
  id: true,
  email: true,
  organisationId: true,
  role: true,
  licenceNumber: true,
  extraPermissions: true,
  invitedAs: true,
  version: true,
  invitedAt: true,
  expiresAt: true,
  acceptedAt: true,
  acceptedBy: true,
  revokedAt: true,
} as const;
export type InvitationView = Prisma.InvitationGetPayload<{ select: typeof invitationFields }>;
