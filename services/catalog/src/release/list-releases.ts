import type { Tx } from '@carethread/bus/transaction.ts';
import type { Concern } from './concerns.ts';
import type { ReleasePart } from './part.ts';
import type { ReleaseRef } from './publish-release.ts';

export interface ListedRelease extends ReleaseRef {
  createdAt: Date;
  /** When it last came into force; null when it never did. */
  publishedAt: Date | null;
  inForce: boolean;
  /** Only what a verdict needs to be repeated is left of it. */
  pruned: boolean;
  concerns: Concern[];
  parts: ReleasePart[];
}

/** Releases from the newest to the oldest, from below a number, at most `limit`. */
export const listReleases = (
  tx: Tx,
  { below = null, limit = 1_000 }: { below?: number | null; limit?: number } = {},
): Promise<ListedRelease[]> =>
  tx.query<ListedRelease>(
    `SELECT release.id, release.number, created_at AS "createdAt", pruned, concerns,
            current.release_id IS NOT NULL AS "inForce",
            (SELECT max(published_at) FROM reference.release_publication
              WHERE release_publication.release_id = release.id) AS "publishedAt",
            (SELECT coalesce(jsonb_agg(jsonb_build_object('origin', origin, 'contentHash', content_hash,
                      'vocabularyHash', vocabulary_hash, 'sourceName', source_name, 'sourceDate', source_date,
                      'licence', licence, 'importedAt', imported_at, 'counts', counts) ORDER BY origin), '[]')
               FROM reference.release_part WHERE release_part.release_id = release.id) AS parts
       FROM reference.release LEFT JOIN reference.current_release current ON current.release_id = release.id
      WHERE $1::int IS NULL OR release.number < $1
      ORDER BY number DESC LIMIT $2`,
    [below, limit],
  );
