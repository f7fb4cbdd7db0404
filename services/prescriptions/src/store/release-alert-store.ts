import type { Tx } from '@carethread/bus/transaction.ts';
import { newId, type PrescriptionId } from '@carethread/contracts/ids.ts';
import type { Prescription } from '../prescription.ts';
import { type News, type Worst, worstOf, worsts } from '@carethread/contracts/verdict-news.ts';
import type { StoredVerdict } from '../screening.ts';

const before = `SELECT verdict FROM screening WHERE prescription_id = $1 AND number < $2 AND content_hash = $3
  AND release_id IS NOT NULL ORDER BY number DESC LIMIT 1`;

/** The verdict before this one about the same content; one the catalog never gave is none. */
export const verdictBefore = async (
  tx: Tx,
  about: { prescriptionId: PrescriptionId; screeningNumber: number; contentHash: string },
): Promise<StoredVerdict | null> =>
  (
    await tx.query<{ verdict: StoredVerdict }>(before, [
      about.prescriptionId,
      about.screeningNumber,
      about.contentHash,
    ])
  )[0]?.verdict ?? null;

const insertAlert = `INSERT INTO release_alert
  (id, prescription_id, doctor_id, release_id, screening_number, content_hash, findings, gaps, keys, found_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`;
const newest = `(release_id, publication) = (SELECT release_id, publication FROM catalog_release WHERE release_id = $1
  ORDER BY publication DESC LIMIT 1)`;
const count = `UPDATE catalog_release SET checked = checked + 1 WHERE ${newest}`;
const countWith = (worst: Worst) =>
  `UPDATE catalog_release SET checked = checked + 1, ${worst} = ${worst} + 1 WHERE ${newest}`;
const countWorst = Object.fromEntries(worsts.map((worst) => [worst, countWith(worst)])) as Record<
  Worst,
  string
>;

/** Keeps what a release says that is new about a prescription, and counts it. `news` is null when it says nothing new. */
export function keepAlert(
  tx: Tx,
  { id, doctorId }: Prescription,
  about: { releaseId: string; screeningNumber: number; contentHash: string; now: Date },
  news: News | null,
): void {
  const { releaseId, screeningNumber, contentHash, now } = about;
  tx.send(news ? countWorst[worstOf(news)] : count, [releaseId]);
  if (!news) return;
  tx.send(insertAlert, [
    newId<'ReleaseAlert'>(),
    id,
    doctorId,
    releaseId,
    screeningNumber,
    contentHash,
    JSON.stringify(news.findings),
    JSON.stringify(news.gaps),
    news.keys,
    now,
  ]);
}
