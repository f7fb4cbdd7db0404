import {
  type Actor,
  type Permission,
  permissions,
  permissionsOf,
  type Role,
} from '@carethread/contracts/actor.ts';
import type { OrganisationKind } from '@carethread/contracts/events/identity.ts';
import type { MembershipId, OrganisationId, SessionId, UserId } from '@carethread/contracts/ids.ts';
import { type Refusal, refuse, staleVersion } from '@carethread/service-kit/refusal.ts';

/** Who somebody is in one place: all that tokens and permissions depend on. */
export interface Standing {
  id: MembershipId;
  userId: UserId;
  organisationId: OrganisationId;
  role: Role;
  /** As stored: names that this version does not know are of no effect. */
  extraPermissions: string[];
}

export interface Membership extends Standing {
  licenceNumber: string | null;
  /** Number of times it was granted or ended; also the number of the event that tells of it. */
  version: number;
  grantedAt: Date;
  endedAt: Date | null;
}

export interface Grant extends Omit<Standing, 'extraPermissions'> {
  extraPermissions: Permission[];
  licenceNumber: string | null;
}

/** Which roles people have in which kind of organisation. */
const rolesIn: Record<OrganisationKind, readonly Role[]> = {
  clinic: ['patient', 'doctor'],
  pharmacy: ['pharmacist'],
  operator: ['administrator'],
};
export const fitsIn = (kind: OrganisationKind, role: Role): boolean => rolesIn[kind].includes(role);
const licensed: readonly Role[] = ['doctor', 'pharmacist'];

/** Roles whose holders everybody may know by name. */
export const isStaff = (role: Role): boolean => role !== 'patient';

/** What the role allows and what was granted on top. */
export const permissionsIn = ({
  role,
  extraPermissions,
}: Pick<Standing, 'role' | 'extraPermissions'>): Permission[] =>
  permissions.filter((each) => permissionsOf[role].includes(each) || extraPermissions.includes(each));

/** The person as every service sees them while they act in this membership. */
export const actorOf = (standing: Standing, sessionId: SessionId): Actor => ({
  userId: standing.userId,
  membershipId: standing.id,
  organisationId: standing.organisationId,
  role: standing.role,
  permissions: permissionsIn(standing),
  sessionId,
});

/** The membership somebody signs in to: the one they want, or the oldest. `standings` are active, oldest first. */
export function chooseStanding(standings: readonly Standing[], wanted: string | null): Standing | Refusal {
  const chosen = wanted === null ? standings[0] : standings.find(({ id }) => id === wanted);
  if (chosen) return chosen;
  return wanted === null
    ? noMembership()
    : refuse('NOT_FOUND', 'You have no such membership.', { path: ['input', 'membershipId'] });
}

export const noMembership = () =>
  refuse('NOT_ALLOWED', 'You have no active membership: ask your organisation for one.');

/** A membership that nobody had before. */
export const firstMembership = (grant: Grant, now: Date): Membership => ({
  ...grant,
  version: 1,
  grantedAt: now,
  endedAt: null,
});

/** Why nobody, or not this person, can hand this out there; null when they can. */
export function checkGrant(
  grant: Pick<Grant, 'role' | 'licenceNumber' | 'extraPermissions'>,
  organisationKind: OrganisationKind,
  by: Actor,
): Refusal | null {
  if (!fitsIn(organisationKind, grant.role))
    return refuse('INVALID', `Nobody can be ${grant.role} of an organisation of kind ${organisationKind}.`, {
      path: ['input', 'role'],
    });
  if (grant.licenceNumber !== null && !licensed.includes(grant.role))
    return refuse('INVALID', 'Only doctors and pharmacists have a licence number.', {
      path: ['input', 'licenceNumber'],
    });
  if (!covers(by, grant))
    return refuse('NOT_ALLOWED', 'You can only hand out permissions that you hold yourself.');
  return null;
}

/** Why this person may not reset the sign-in of somebody with these memberships; null when they may. */
export const checkReset = (standings: readonly Standing[], by: Actor): Refusal | null =>
  standings.every((standing) => covers(by, standing))
    ? null
    : refuse('NOT_ALLOWED', 'You can only do this for people whose permissions you hold yourself.');

/** The membership after it was granted; what has ended is revived under its old id. `current` is null for a first grant. */
export function decideGrant(
  current: Membership | null,
  grant: Grant,
  organisationKind: OrganisationKind,
  by: Actor,
  now: Date,
): Membership | Refusal {
  const impossible = checkGrant(grant, organisationKind, by);
  if (impossible) return impossible;
  if (current && current.endedAt === null)
    return refuse('CONFLICT', 'This person has this membership already.', {
      currentVersion: current.version,
    });
  if (!current) return firstMembership(grant, now);
  return { ...grant, id: current.id, version: current.version + 1, grantedAt: now, endedAt: null };
}

/** The membership after its end. Nobody ends the one they act in, so an installation keeps an administrator. */
export function decideEnd(
  current: Membership | null,
  expectedVersion: number,
  by: Actor,
  now: Date,
): Membership | Refusal {
  if (!current)
    return refuse('NOT_FOUND', 'There is no such membership.', { path: ['input', 'membershipId'] });
  if (current.version !== expectedVersion) return staleVersion(expectedVersion, current.version);
  if (current.endedAt !== null)
    return refuse('ILLEGAL_MOVE', 'This membership has ended already.', { currentStatus: 'ended' });
  if (current.id === by.membershipId)
    return refuse('NOT_ALLOWED', 'You cannot end the membership you act in.', {
      path: ['input', 'membershipId'],
    });
  if (!covers(by, current))
    return refuse('NOT_ALLOWED', 'You can only take away permissions that you hold yourself.');
  return { ...current, version: current.version + 1, endedAt: now };
}

/** Else a person with ManageUsers alone could make themselves an administrator, or get rid of one. */
const covers = (by: Actor, standing: Pick<Standing, 'role' | 'extraPermissions'>) =>
  permissionsIn(standing).every((permission) => by.permissions.includes(permission));
