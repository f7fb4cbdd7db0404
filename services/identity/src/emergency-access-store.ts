import { emit } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import {
  EmergencyAccessEnded,
  EmergencyAccessOpened,
  EmergencyAccessReviewed,
} from '@carethread/contracts/events/identity.ts';
import type { EmergencyAccessId, UserId } from '@carethread/contracts/ids.ts';
import type { Origin } from './asking.ts';
import type { EmergencyAccess, Situation } from './emergency-access.ts';

const columns = `id, patient_id AS "patientId", holder_id AS "holderId", organisation_id AS "organisationId", reason, text,
  opened_at AS "openedAt", ends_at AS "endsAt", ended_at AS "endedAt", finding, finding_text AS "findingText",
  reviewed_by AS "reviewedBy", reviewed_at AS "reviewedAt", version`;
const byId = `SELECT ${columns} FROM emergency_accesses WHERE id = $1`;

export async function loadEmergencyAccess(tx: Tx, id: EmergencyAccessId): Promise<EmergencyAccess | null> {
  return (await tx.query<EmergencyAccess>(byId, [id]))[0] ?? null;
}

/** As `loadEmergencyAccess`, locked, for those who may change it. */
export async function lockEmergencyAccess(tx: Tx, id: EmergencyAccessId): Promise<EmergencyAccess | null> {
  return (await tx.query<EmergencyAccess>(`${byId} FOR UPDATE`, [id]))[0] ?? null;
}

// Two at once of one person wait for each other, so that the limit counts both.
const oneAtATime = `SELECT pg_advisory_xact_lock(hashtext('emergency access'), hashtext($1::text))`;
const about = `SELECT access.is_patient($1) AS "isPatient", access.consents($1, 'emergency_access', true) AS consents`;
const ofTheDay = `SELECT patient_id AS "patientId", ends_at AS "endsAt", ended_at AS "endedAt" FROM emergency_accesses
  WHERE holder_id = $1 AND opened_at > $2`;

export async function loadSituation(
  tx: Tx,
  { userId }: Actor,
  patientId: UserId,
  now: Date,
): Promise<Situation> {
  tx.send(oneAtATime, [userId]);
  const since = new Date(now.getTime() - 86_400_000);
  const [[known], recent] = await Promise.all([
    tx.query<Pick<Situation, 'isPatient' | 'consents'>>(about, [patientId]),
    tx.query<Situation['recent'][number]>(ofTheDay, [userId, since]),
  ]);
  return { ...known!, recent };
}

const insert = `INSERT INTO emergency_accesses
    (id, patient_id, holder_id, organisation_id, reason, text, opened_at, ends_at, version)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

/** Writes a new access and tells of it. */
export function saveOpened(tx: Tx, access: EmergencyAccess, origin: Origin): void {
  const { id: accessId, patientId, holderId, organisationId, reason, text, openedAt, endsAt } = access;
  const { version } = access;
  tx.send(insert, [accessId, patientId, holderId, organisationId, reason, text, openedAt, endsAt, version]);
  emit(tx, EmergencyAccessOpened, {
    aggregateId: accessId,
    sequence: version,
    data: { accessId, patientId, holderId, organisationId, endsAt: endsAt.toISOString() },
    ...origin,
  });
}

const update = `UPDATE emergency_accesses SET ended_at = $2, finding = $3, finding_text = $4, reviewed_by = $5,
  reviewed_at = $6, version = $7 WHERE id = $1`;

/** Writes what became of an access that was loaded to change, and tells of it. */
export function saveChanged(tx: Tx, before: EmergencyAccess, after: EmergencyAccess, origin: Origin): void {
  const { id: accessId, patientId, holderId, endedAt, finding, version } = after;
  tx.send(update, [
    accessId,
    endedAt,
    finding,
    after.findingText,
    after.reviewedBy,
    after.reviewedAt,
    version,
  ]);
  const who = { accessId, patientId, holderId };
  const envelope = { aggregateId: accessId, ...origin };
  if (endedAt !== null && before.endedAt === null)
    emit(tx, EmergencyAccessEnded, { ...envelope, sequence: before.version + 1, data: who });
  if (finding !== null && before.finding === null)
    emit(tx, EmergencyAccessReviewed, { ...envelope, sequence: version, data: { ...who, finding } });
}

const endOpen = `UPDATE emergency_accesses SET ended_at = $2, version = version + 1
  WHERE patient_id = $1 AND ended_at IS NULL AND ends_at > $2
  RETURNING id AS "accessId", patient_id AS "patientId", holder_id AS "holderId", version`;

/** Ends every open access to this patient's record, and tells of each. */
export async function endAllOf(tx: Tx, patientId: UserId, now: Date, origin: Origin): Promise<void> {
  type Ended = { accessId: EmergencyAccessId; patientId: UserId; holderId: UserId; version: number };
  for (const { version: sequence, ...data } of await tx.query<Ended>(endOpen, [patientId, now]))
    emit(tx, EmergencyAccessEnded, { aggregateId: data.accessId, sequence, data, ...origin });
}
