import { schedule } from '@carethread/bus/task.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { UserId } from '@carethread/contracts/ids.ts';

/** A patient's profile, locked; `version` is 0 when nothing was ever recorded. */
export interface LockedProfile {
  patientId: UserId;
  version: number;
}

// The condition is that of the row policy: without it the insert would be an error instead of nothing.
const begin = `INSERT INTO patient_profile
    (patient_id, version, sex, pregnancy, liver_impairment, updated_by, updated_at)
  SELECT $1, 0, 'unknown', 'unknown', 'unknown', $2, $3
  WHERE ($1 = access.user_id() AND access.role() = 'patient')
    OR (access.role() = 'doctor' AND EXISTS (SELECT 1 FROM ticket WHERE patient_id = $1
        AND status IN ('created', 'sent', 'received', 'preparing', 'ready', 'cancel_marked')))
  ON CONFLICT DO NOTHING`;
const lock = `SELECT patient_id AS "patientId", version FROM patient_profile WHERE patient_id = $1 FOR NO KEY UPDATE`;
const touch = `UPDATE patient_profile SET version = version + 1, updated_by = $2, updated_at = $3 WHERE patient_id = $1`;

/**
 * The profile, locked until the end of the transaction; begun when there was none. Null when the actor is neither the
 * patient nor a doctor with an open ticket with the patient.
 */
export async function lockProfile(
  tx: Tx,
  patientId: UserId,
  by: { userId: UserId; now: Date },
): Promise<LockedProfile | null> {
  tx.send(begin, [patientId, by.userId, by.now]);
  const [profile] = await tx.query<LockedProfile>(lock, [patientId]);
  return profile ?? null;
}

/** Counts a change. From this moment no verdict on older facts lets anything be handed over; new ones are asked for. */
export function countChange(
  tx: Tx,
  { patientId, version }: LockedProfile,
  by: { userId: UserId; now: Date },
): void {
  tx.send(touch, [patientId, by.userId, by.now]);
  schedule(tx, {
    key: `rescreen:${patientId}:${version + 1}`,
    kind: 'rescreen-patient',
    payload: { patientId, cause: 'patient_facts' },
    dueAt: by.now,
  });
}
