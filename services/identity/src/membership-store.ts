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
  direct_permissions: string[];
  version: number;
  granted_at: Date;
  ended_at: Date | null;
}
const toMembership = (row: Row): Membership & { directPermissions: string[] } => ({
  id: row.id,
  userId: row.user_id,
  organisationId: row.organisation_id,
  role: row.role,
  licenceNumber: row.licence_number,
  extraPermissions: row.extra_permissions,
  directPermissions: row.direct_permissions,
  version: row.version,
  grantedAt: row.granted_at,
  endedAt: row.ended_at,
});

const select = `SELECT id, user_id, organisation_id, role, licence_number, extra_permissions, direct_permissions,
    version, granted_at, ended_at
  FROM memberships`;
const allActive = `${select} WHERE user_id = $1 AND ended_at IS NULL`;
const ownActive = `${select} WHERE id = $1 AND user_id = $2 AND ended_at IS NULL`;
// FOR UPDATE, which even the foreign key of a session in the making waits for.
const byId = `${select} WHERE id = $1 FOR UPDATE`;
const byPlace = `${select} WHERE user_id = $1 AND organisation_id = $2 AND role = $3 FOR UPDATE`;

/** An active membership of this person. */
export async function loadStanding(tx: Tx, id: MembershipId, userId: UserId): Promise<Standing | null> {
  const [row] = await tx.query<Row>(ownActive, [id, userId]);
  return row ? toMembership(row) : null;
}

/** The active memberships of a person, as far as the actor may see them. */
export const loadStandingsOf = async (tx: Tx, userId: UserId): Promise<Standing[]> =>
  (await tx.query<Row>(allActive, [userId])).map(toMembership);

/** A membership to change. */
export async function loadMembership(
  tx: Tx,
  id: MembershipId,
): Promise<(Membership & { directPermissions: string[] }) | null> {
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
    direct_permissions = excluded.direct_permissions, version = excluded.version, granted_at = excluded.granted_at,
    ended_at = NULL, issuer = NULL
  WHERE memberships.version = excluded.version - 1
  RETURNING extra_permissions`;
const becomeStaff = 'UPDATE users SET is_staff = true WHERE id = $1 AND NOT is_staff';

/**
 * Writes a granted membership and tells of it. Answers the permissions on top of what its role has of old; null, and nothing
 * told, when somebody else granted it meanwhile.
 */
export async function saveGranted(tx: Tx, membership: Membership, origin: Origin): Promise<string[] | null> {
  const { id, userId, organisationId, role, version } = membership;
  const [saved] = await tx.query<Pick<Row, 'extra_permissions'>>(saveGrant, [
    id,
    userId,
    organisationId,
    role,
    membership.licenceNumber,
    membership.extraPermissions,
    version,
    membership.grantedAt,
  ]);
  if (!saved) return null;
  if (isStaff(role)) tx.send(becomeStaff, [userId]);
  // The database has added what comes with the role.
  tellOfGranted(tx, { ...membership, extraPermissions: saved.extra_permissions }, version, origin);
  return saved.extra_permissions;
}

/** Tells of a membership that was granted or changed, and became this version by it. */
export function tellOfGranted(tx: Tx, granted: Standing, version: number, origin: Origin): void {
  const { id, userId, organisationId, role } = granted;
  const data = { membershipId: id, userId, organisationId, role, permissions: permissionsIn(granted) };
  emit(tx, MembershipGranted, { aggregateId: id, sequence: version, data, ...origin });
}

// What somebody here has ended, no issuer grants again.
const saveEnd = 'UPDATE memberships SET version = $2, ended_at = $3, issuer = NULL WHERE id = $1';

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
