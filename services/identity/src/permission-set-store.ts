import type { Tx } from '@carethread/bus/transaction.ts';
import type { Role } from '@carethread/contracts/actor.ts';
import type { MembershipId, OrganisationId, UserId } from '@carethread/contracts/ids.ts';
import type { Origin } from './asking.ts';
import { tellOfGranted } from './membership-store.ts';
import type { PermissionSet, PermissionSetId } from './permission-set.ts';

const select = `SELECT id, organisation_id AS "organisationId", name, permissions, version, ended_at AS "endedAt"
  FROM permission_sets`;
const byId = `${select} WHERE id = $1 FOR UPDATE`;
const byIds = `${select} WHERE id = ANY($1)`;

/** A set to change; null when there is none, or not the actor's to manage. */
export async function loadPermissionSet(tx: Tx, id: PermissionSetId): Promise<PermissionSet | null> {
  const [row] = await tx.query<PermissionSet>(byId, [id]);
  return row ?? null;
}

export const loadPermissionSets = (tx: Tx, ids: readonly PermissionSetId[]): Promise<PermissionSet[]> =>
  tx.query<PermissionSet>(byIds, [ids]);

const insert = `INSERT INTO permission_sets (id, organisation_id, name, permissions, version)
  VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING id`;

/** Writes a new set. False when the organisation has one of this name. */
export async function insertPermissionSet(tx: Tx, set: PermissionSet): Promise<boolean> {
  const { id, organisationId, name, permissions, version } = set;
  return (await tx.query(insert, [id, organisationId, name, permissions, version])).length > 0;
}

const sameName = `SELECT id FROM permission_sets WHERE organisation_id = $1 AND name = $2 AND id <> $3 AND ended_at IS NULL`;

/** Whether another set of the organisation has this name. */
export const isNameTaken = async (tx: Tx, { organisationId, name, id }: PermissionSet): Promise<boolean> =>
  organisationId !== null && (await tx.query(sameName, [organisationId, name, id])).length > 0;

const update =
  'UPDATE permission_sets SET name = $2, permissions = $3, version = $4, ended_at = $5 WHERE id = $1';
// Touched, the triggers count them again. In one order, so that two such changes do not wait for each other.
const touchHolders = `WITH holder AS (
    SELECT m.id FROM memberships m
    WHERE m.ended_at IS NULL AND (m.role = (SELECT s.role FROM permission_sets s WHERE s.id = $1)
      OR EXISTS (SELECT FROM membership_permission_sets g WHERE g.membership_id = m.id AND g.permission_set_id = $1))
    ORDER BY m.id FOR UPDATE)
  UPDATE memberships SET direct_permissions = direct_permissions, version = version + 1 FROM holder
  WHERE memberships.id = holder.id
  RETURNING memberships.id, user_id, organisation_id, role, extra_permissions, version`;
interface Holder {
  id: MembershipId;
  user_id: UserId;
  organisation_id: OrganisationId;
  role: Role;
  extra_permissions: string[];
  version: number;
}

/** Writes a changed set, and tells of every membership whose permissions it changes. */
export async function savePermissionSet(tx: Tx, set: PermissionSet, origin: Origin): Promise<void> {
  tx.send(update, [set.id, set.name, set.permissions, set.version, set.endedAt]);
  for (const holder of await tx.query<Holder>(touchHolders, [set.id])) tellOf(tx, holder, origin);
}

const forgetSets = 'DELETE FROM membership_permission_sets WHERE membership_id = $1';
const giveSets = `INSERT INTO membership_permission_sets (membership_id, permission_set_id)
  SELECT $1, unnest($2::uuid[])`;
const setDirect = `UPDATE memberships SET direct_permissions = $2, version = $3 WHERE id = $1
  RETURNING id, user_id, organisation_id, role, extra_permissions, version`;

/** Replaces what a membership was given, and tells of what it may do now. */
export async function saveMembershipPermissions(
  tx: Tx,
  membershipId: MembershipId,
  given: { permissions: readonly string[]; sets: readonly PermissionSetId[]; version: number },
  origin: Origin,
): Promise<void> {
  tx.send(forgetSets, [membershipId]);
  tx.send(giveSets, [membershipId, given.sets]);
  const [holder] = await tx.query<Holder>(setDirect, [membershipId, given.permissions, given.version]);
  if (holder) tellOf(tx, holder, origin);
}

const tellOf = (tx: Tx, holder: Holder, origin: Origin): void =>
  tellOfGranted(
    tx,
    {
      id: holder.id,
      userId: holder.user_id,
      organisationId: holder.organisation_id,
      role: holder.role,
      extraPermissions: holder.extra_permissions,
    },
    holder.version,
    origin,
  );
