import { emit } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { Role } from '@carethread/contracts/actor.ts';
import { MembershipEnded, MembershipGranted } from '@carethread/contracts/events/identity.ts';
import type { MembershipId, OrganisationId, UserId } from '@carethread/contracts/ids.ts';
import type { Origin } from './asking.ts';
import { isStaff, type Membership, permissionsIn, type Standing } from './membership.ts';

interface Row {
  id: MembershipId;
  user_id: UserId;
  organisation_id: OrganisationId;
  role: Role;
  licence_number: string | null;
  extra_permissions: string[];
  version: number;
  granted_at: Date;
  ended_at: Date | null;
}
const toMembership = (row: Row): Membership => ({
  id: row.id,
  userId: row.user_id,
  organisationId: row.organisation_id,
  role: row.role,
  licenceNumber: row.licence_number,
  extraPermissions: row.extra_permissions,
  version: row.version,
  grantedAt: row.granted_at,
  endedAt: row.ended_at,
});

const select = `SELECT id, user_id, organisation_id, role, licence_number, extra_permissions, version, granted_at, ended_at
  FROM memberships`;
const ownActive = `${select} WHERE id = $1 AND user_id = $2 AND ended_at IS NULL`;
// FOR UPDATE, which even the foreign key of a session in the making waits for.
const byId = `${select} WHERE id = $1 FOR UPDATE`;
const byPlace = `${select} WHERE user_id = $1 AND organisation_id = $2 AND role = $3 FOR UPDATE`;

/** An active membership of this person. */
export async function loadStanding(tx: Tx, id: MembershipId, userId: UserId): Promise<Standing | null> {
  const [row] = await tx.query<Row>(ownActive, [id, userId]);
  return row ? toMembership(row) : null;
}

/** A membership to change. */
export async function loadMembership(tx: Tx, id: MembershipId): Promise<Membership | null> {
  const [row] = await tx.query<Row>(byId, [id]);
  return row ? toMembership(row) : null;
}

/** The one membership of this person in this role there, to change. */
export async function loadMembershipAt(
  tx: Tx,
  { userId, organisationId, role }: Pick<Standing, 'userId' | 'organisationId' | 'role'>,
): Promise<Membership | null> {
  const [row] = await tx.query<Row>(byPlace, [userId, organisationId, role]);
  return row ? toMembership(row) : null;
}

const saveGrant = `INSERT INTO memberships
    (id, user_id, organisation_id, role, licence_number, extra_permissions, version, granted_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  ON CONFLICT (user_id, organisation_id, role) DO UPDATE SET licence_number = excluded.licence_number,
    extra_permissions = excluded.extra_permissions, version = excluded.version, granted_at = excluded.granted_at,
    ended_at = NULL
  WHERE memberships.version = excluded.version - 1
  RETURNING id`;
const becomeStaff = 'UPDATE users SET is_staff = true WHERE id = $1 AND NOT is_staff';

/** Writes a granted membership and tells of it. False, and nothing told, when somebody else granted it meanwhile. */
export async function saveGranted(tx: Tx, membership: Membership, origin: Origin): Promise<boolean> {
  const { id, userId, organisationId, role, version } = membership;
  const saved = await tx.query(saveGrant, [
    id,
    userId,
    organisationId,
    role,
    membership.licenceNumber,
    membership.extraPermissions,
    version,
    membership.grantedAt,
  ]);
  if (saved.length === 0) return false;
  if (isStaff(role)) tx.send(becomeStaff, [userId]);
  const data = {
    membershipId: id,
    userId,
    organisationId,
    role,
    permissions: permissionsIn(membership),
  };
  emit(tx, MembershipGranted, { aggregateId: id, sequence: version, data, ...origin });
  return true;
}

const saveEnd = 'UPDATE memberships SET version = $2, ended_at = $3 WHERE id = $1';

/** Writes the end of a membership that was loaded to change, and tells of it. */
export function saveEnded(
  tx: Tx,
  { id, userId, organisationId, role, version, endedAt }: Membership,
  origin: Origin,
): void {
  tx.send(saveEnd, [id, version, endedAt]);
  const data = { membershipId: id, userId, organisationId, role };
  emit(tx, MembershipEnded, { aggregateId: id, sequence: version, data, ...origin });
}
