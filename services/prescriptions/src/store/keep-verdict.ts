import type { Tx } from '@carethread/bus/transaction.ts';
import type { PrescriptionId } from '@carethread/contracts/ids.ts';
import type { StoredVerdict } from '../screening.ts';

const keep = `UPDATE screening SET verdict = $4, status = $5, release_id = $6, judged_at = $7
  WHERE prescription_id = $1 AND number = $2 AND content_hash = $3`;

/** Puts a verdict with the question it answers, also when a newer question has been asked since. */
export function keepVerdict(
  tx: Tx,
  about: { prescriptionId: PrescriptionId; screeningNumber: number; contentHash: string },
  verdict: StoredVerdict,
  now: Date,
): void {
  const { prescriptionId, screeningNumber, contentHash } = about;
  const { status, releaseId } = verdict;
  tx.send(keep, [
    prescriptionId,
    screeningNumber,
    contentHash,
    JSON.stringify(verdict),
    status,
    releaseId,
    now,
  ]);
}
