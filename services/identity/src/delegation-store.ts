import { emit } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { ProxyScope } from '@carethread/contracts/actor.ts';
import { DelegationEnded, DelegationGranted } from '@carethread/contracts/events/identity.ts';
import type { DelegationId, UserId } from '@carethread/contracts/ids.ts';
import type { Origin } from './asking.ts';
import type { Delegation, Relation } from './delegation.ts';

interface Row {
  id: DelegationId;
  patient_id: UserId;
  delegate_id: UserId | null;
  relation: Relation;
  scopes: ProxyScope[];
  given_by: UserId;
  reason: string | null;
  given_at: Date;
  code_expires_at: Date;
  ends_at: Date;
  revoked_at: Date | null;
  revoked_by: UserId | null;
  version: number;
}
const toDelegation = (row: Row): Delegation => ({
  id: row.id,
  patientId: row.patient_id,
  delegateId: row.delegate_id,
  relation: row.relation,
  scopes: row.scopes,
  givenBy: row.given_by,
  reason: row.reason,
  givenAt: row.given_at,
  codeExpiresAt: row.code_expires_at,
  endsAt: row.ends_at,
  revokedAt: row.revoked_at,
  revokedBy: row.revoked_by,
  version: row.version,
});

const columns = `id, patient_id, delegate_id, relation, scopes, given_by, reason, given_at, code_expires_at, ends_at,
  revoked_at, revoked_by, version`;
const byId = `SELECT ${columns} FROM delegations WHERE id = $1`;
const insert = `INSERT INTO delegations
  (id, patient_id, relation, scopes, given_by, reason, given_at, code_hash, code_expires_at, ends_at, version)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;

export async function loadDelegation(tx: Tx, id: DelegationId): Promise<Delegation | null> {
  const [row] = await tx.query<Row>(byId, [id]);
  return row ? toDelegation(row) : null;
}

/** As `loadDelegation`, locked, for those who may change it. */
export async function lockDelegation(tx: Tx, id: DelegationId): Promise<Delegation | null> {
  const [row] = await tx.query<Row>(`${byId} FOR UPDATE`, [id]);
  return row ? toDelegation(row) : null;
}

export function insertDelegation(tx: Tx, delegation: Delegation, codeHash: Buffer): void {
  const { id, patientId, relation, scopes, givenBy, reason, givenAt } = delegation;
  const { codeExpiresAt, endsAt, version } = delegation;
  tx.send(insert, [
    id,
    patientId,
    relation,
    scopes,
    givenBy,
    reason,
    givenAt,
    codeHash,
    codeExpiresAt,
    endsAt,
    version,
  ]);
}

const redeem = 'SELECT found_id AS id, fresh FROM access.redeem_delegation($1, $2)';

/** Takes up the delegation of this code for the actor, and tells of it; again for who has done so, it tells nothing. */
export async function redeemCode(
  tx: Tx,
  codeHash: Buffer,
  now: Date,
  origin: Origin,
): Promise<DelegationId | null> {
  const [row] = await tx.query<{ id: DelegationId | null; fresh: boolean }>(redeem, [codeHash, now]);
  const delegation = row?.id ? await loadDelegation(tx, row.id) : null;
  if (!row || !delegation) return null;
  const { id: delegationId, patientId, delegateId, scopes, endsAt, version } = delegation;
  if (!row.fresh) return delegationId;
  emit(tx, DelegationGranted, {
    aggregateId: delegationId,
    sequence: version,
    data: { delegationId, patientId, delegateId: delegateId!, scopes, endsAt: endsAt.toISOString() },
    ...origin,
  });
  return delegationId;
}

const revoke = 'UPDATE delegations SET revoked_at = $2, revoked_by = $3, version = $4 WHERE id = $1';

/** Writes the end of a delegation that was loaded to change, and tells of it. */
export function saveRevoked(tx: Tx, delegation: Delegation, origin: Origin): void {
  const { id: delegationId, patientId, delegateId, revokedAt, revokedBy, version } = delegation;
  tx.send(revoke, [delegationId, revokedAt, revokedBy, version]);
  const data = { delegationId, patientId, delegateId };
  emit(tx, DelegationEnded, { aggregateId: delegationId, sequence: version, data, ...origin });
}
