import type { Actor, Permission, Role } from '@carethread/contracts/actor.ts';
import type { OrganisationKind } from '@carethread/contracts/events/identity.ts';
import type { OrganisationId } from '@carethread/contracts/ids.ts';
import { type Refusal, refuse, staleVersion } from '@carethread/service-kit/refusal.ts';
import { checkGrant } from './membership.ts';

/** For so long an invitation can be accepted. */
export const invitationLifeMs = 7 * 24 * 60 * 60_000;

export interface Wish {
  organisationId: OrganisationId;
  role: Role;
  licenceNumber: string | null;
  extraPermissions: Permission[];
}

/** Why this person may not invite anybody to this; null when they may. `organisationKind` is null for none. */
export function checkInvitation(
  wish: Wish,
  organisationKind: OrganisationKind | null,
  by: Actor,
): Refusal | null {
  if (!mayInviteTo(wish.organisationId, by))
    return refuse('NOT_ALLOWED', 'You may invite people to the organisation you act for only.', {
      path: ['input', 'organisationId'],
    });
  if (!organisationKind)
    return refuse('NOT_FOUND', 'There is no such organisation.', { path: ['input', 'organisationId'] });
  return checkGrant(wish, organisationKind, by);
}

const mayInviteTo = (organisationId: OrganisationId, by: Actor) =>
  by.permissions.includes('ManageUsers') ||
  (by.permissions.includes('InviteMembers') && by.organisationId === organisationId);

export interface InvitationState {
  version: number;
  acceptedAt: Date | null;
  revokedAt: Date | null;
}

/** Why an invitation cannot be taken back; null when it can. One that has passed can be. */
export function checkRevoking(invitation: InvitationState | null, expectedVersion: number): Refusal | null {
  if (!invitation)
    return refuse('NOT_FOUND', 'There is no such invitation.', { path: ['input', 'invitationId'] });
  if (invitation.version !== expectedVersion) return staleVersion(expectedVersion, invitation.version);
  const { acceptedAt, revokedAt } = invitation;
  if (acceptedAt ?? revokedAt)
    return refuse('ILLEGAL_MOVE', 'This invitation was accepted or taken back before.', {
      currentStatus: acceptedAt ? 'accepted' : 'revoked',
    });
  return null;
}

/** What has become of an invitation. */
export type InvitationStatus = 'PENDING' | 'ACCEPTED' | 'REVOKED' | 'EXPIRED';
export function statusOf(
  { acceptedAt, revokedAt, expiresAt }: Omit<InvitationState, 'version'> & { expiresAt: Date },
  now: Date,
): InvitationStatus {
  if (acceptedAt) return 'ACCEPTED';
  if (revokedAt) return 'REVOKED';
  return now < expiresAt ? 'PENDING' : 'EXPIRED';
}
