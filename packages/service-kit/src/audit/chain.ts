import { createHash } from 'node:crypto';

/** A row of audit.access in words that never change: what the chain's hashes are made of. */
export interface ChainedRow {
  number: string;
  /** ISO 8601 in UTC with milliseconds. */
  at: string;
  requestId: string | null;
  userId: string | null;
  membershipId: string | null;
  organisationId: string | null;
  role: string | null;
  proxyId: string | null;
  clientId: string | null;
  emergencyId: string | null;
  action: string;
  kind: string;
  entityIds: string[];
  patientId: string | null;
  purpose: string;
  door: string;
  outcome: number;
}

/** The columns of audit.access under the names of ChainedRow. */
export const chainedColumns = `a.number::text, to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at,
  a.request_id AS "requestId", a.user_id AS "userId", a.membership_id AS "membershipId",
  a.organisation_id AS "organisationId", a.role, a.proxy_id AS "proxyId", a.client_id AS "clientId",
  a.emergency_id AS "emergencyId", a.action, a.kind, a.entity_ids AS "entityIds", a.patient_id AS "patientId",
  a.purpose, a.door, a.outcome`;

/** The values of a row in the order in which they are hashed: as a JSON array without spaces, in UTF-8. */
export const canonicalValues = (row: ChainedRow): unknown[] => [
  row.number,
  row.at,
  row.requestId,
  row.userId,
  row.membershipId,
  row.organisationId,
  row.role,
  row.proxyId,
  row.clientId,
  row.emergencyId,
  row.action,
  row.kind,
  row.entityIds,
  row.patientId,
  row.purpose,
  row.door,
  row.outcome,
];

const sha256 = (...parts: (string | Buffer)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** What stands before the first row: chains of two services cannot change places. */
export const chainStart = (service: string): Buffer => sha256(`carethread audit ${service}`);

export const nextHash = (before: Buffer, row: ChainedRow): Buffer =>
  sha256(before, JSON.stringify(canonicalValues(row)));
