import type { Tx } from '@carethread/bus/transaction.ts';
import type { ReleaseId } from '@carethread/contracts/ids.ts';
import { lockReleases, publishRelease, type ReleaseRef, releaseInForce } from './publish-release.ts';

export type PublishedAgain = 'published' | 'in force' | 'unknown' | 'outdated' | 'pruned';

/**
 * Puts a release that was in force before into force again, or one that was held back. Nothing is copied: it is all still
 * there. One that never was in force and was made on another release than the present one is outdated: it would take back
 * what came in between.
 */
export async function publishAgain(tx: Tx, number: number): Promise<PublishedAgain> {
  await lockReleases(tx);
  if (!Number.isInteger(number)) return 'unknown';
  const [release] = await tx.query<
    ReleaseRef & { publications: number; baseId: ReleaseId | null; pruned: boolean }
  >('SELECT id, number, publications, base_id AS "baseId", pruned FROM reference.release WHERE number = $1', [
    number,
  ]);
  if (!release) return 'unknown';
  const current = await releaseInForce(tx);
  if (current?.id === release.id) return 'in force';
  if (release.pruned) return 'pruned';
  if (release.publications === 0 && release.baseId !== (current?.id ?? null)) return 'outdated';
  await publishRelease(tx, release);
  return 'published';
}

/** The release that was in force before the present one; null when there was none. */
export const predecessorOf = async (tx: Tx): Promise<ReleaseRef | null> =>
  (
    await tx.query<ReleaseRef>(
      `SELECT release.id, release.number FROM reference.release_publication publication
         JOIN reference.release ON release.id = publication.release_id
        WHERE release.id NOT IN (SELECT release_id FROM reference.current_release)
        ORDER BY publication.number DESC LIMIT 1`,
    )
  )[0] ?? null;
