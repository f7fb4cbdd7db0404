import type { Tx } from '@carethread/bus/transaction.ts';
import type { ReleaseId } from '@carethread/contracts/ids.ts';
import { lockReleases, publishRelease, releaseInForce } from './publish-release.ts';

export interface ListedRelease {
  number: number;
  createdAt: Date;
  products: number;
  inForce: boolean;
}

/** All releases, the newest first. */
export const listReleases = (tx: Tx): Promise<ListedRelease[]> =>
  tx.query(
    `SELECT number, created_at AS "createdAt", current.release_id IS NOT NULL AS "inForce",
            (SELECT count(*)::int FROM reference.product WHERE product.release_id = release.id) AS products
       FROM reference.release LEFT JOIN reference.current_release current ON current.release_id = release.id
      ORDER BY number DESC`,
  );

/** Puts a release that was in force before into force again. Nothing is copied: it is all still there. */
export async function publishAgain(tx: Tx, number: number): Promise<'published' | 'in force' | 'unknown'> {
  await lockReleases(tx);
  if (!Number.isInteger(number)) return 'unknown';
  const [release] = await tx.query<{ id: ReleaseId; number: number }>(
    'SELECT id, number FROM reference.release WHERE number = $1',
    [number],
  );
  if (!release) return 'unknown';
  if ((await releaseInForce(tx))?.id === release.id) return 'in force';
  await publishRelease(tx, release);
  return 'published';
}
