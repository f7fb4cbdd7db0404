import type { Actor, Permission } from '@carethread/contracts/actor.ts';
import type { Id, OrganisationId } from '@carethread/contracts/ids.ts';
import { type Refusal, refuse, staleVersion } from '@carethread/service-kit/refusal.ts';
import { type Membership, permissionsIn } from './membership.ts';

export type PermissionSetId = Id<'PermissionSet'>;

/** A named set of permissions: of a role, for all its holders, or of an organisation, for members it is given to. */
export interface PermissionSet {
  id: PermissionSetId;
  /** Null for the set of a role. */
  organisationId: OrganisationId | null;
  name: string;
  /** As stored: names that this version does not know are of no effect. */
  permissions: string[];
  version: number;
  endedAt: Date | null;
}

export type SetChange = { kind: 'content'; name: string | null; permissions: Permission[] } | { kind: 'end' };

/** The set after a change. Nobody gives or takes by a set what they do not hold. */
export function decideSetChange(
  current: PermissionSet | null,
  expectedVersion: number,
  change: SetChange,
  by: Actor,
  now: Date,
): PermissionSet | Refusal {
  if (!current) return refuse('NOT_FOUND', 'There is no such permission set.', { path: ['input', 'id'] });
  if (current.version !== expectedVersion) return staleVersion(expectedVersion, current.version);
  if (current.endedAt)
    return refuse('ILLEGAL_MOVE', 'This permission set has ended.', { currentStatus: 'ended' });
  const next = { ...current, version: current.version + 1 };
  switch (change.kind) {
    case 'content': {
      if (change.name !== null && current.organisationId === null)
        return refuse('INVALID', 'The set of a role keeps its name.', { path: ['input', 'name'] });
      if (!holds(by, [...current.permissions, ...change.permissions])) return beyond();
      return { ...next, name: change.name ?? current.name, permissions: change.permissions };
    }
    case 'end':
      if (current.organisationId === null)
        return refuse('INVALID', 'The set of a role does not end; it can be empty.', {
          path: ['input', 'id'],
        });
      return holds(by, current.permissions) ? { ...next, endedAt: now } : beyond();
    default:
      return change satisfies never;
  }
}

/** A membership after its direct permissions and sets were replaced; what follows from them is counted by the database. */
export function decidePermissions(
  current: (Membership & { directPermissions: string[] }) | null,
  wish: { expectedVersion: number; permissions: Permission[]; sets: readonly PermissionSet[] },
  by: Actor,
): { version: number; permissions: Permission[] } | Refusal {
  if (!current)
    return refuse('NOT_FOUND', 'There is no such membership.', { path: ['input', 'membershipId'] });
  if (current.version !== wish.expectedVersion) return staleVersion(wish.expectedVersion, current.version);
  if (current.endedAt)
    return refuse('ILLEGAL_MOVE', 'This membership has ended.', { currentStatus: 'ended' });
  const path = ['input', 'membershipId'];
  if (current.role === 'patient') return refuse('INVALID', 'Patients have no permissions.', { path });
  if (current.userId === by.userId)
    return refuse('NOT_ALLOWED', 'You cannot change your own permissions.', { path });
  const foreign = wish.sets.some(
    ({ organisationId, endedAt }) => organisationId !== current.organisationId || endedAt !== null,
  );
  if (foreign) return noSuchSet();
  const after = [...wish.permissions, ...wish.sets.flatMap(({ permissions }) => permissions)];
  if (!holds(by, [...permissionsIn(current), ...after])) return beyond();
  return { version: current.version + 1, permissions: wish.permissions };
}

export const noSuchSet = () =>
  refuse('NOT_FOUND', 'The organisation has no such permission set.', {
    path: ['input', 'permissionSetIds'],
  });

/** Whether somebody may hand these out, and take them away. */
export const holds = (by: Actor, permissions: readonly string[]): boolean =>
  permissions.every((each) => (by.permissions as readonly string[]).includes(each));

export const beyond = () =>
  refuse('NOT_ALLOWED', 'You can only hand out, and take away, permissions that you hold yourself.');
