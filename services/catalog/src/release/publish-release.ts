import { emit } from '@carethread/bus/outbox.ts';
import { schedule } from '@carethread/bus/task.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import { ReleasePublished } from '@carethread/contracts/events/catalog.ts';
import { newId, type ReleaseId } from '@carethread/contracts/ids.ts';
import { applyLocalChanges } from '../administration/apply-changes.ts';
import type { ReleasePart } from './part.ts';
import { releaseTables } from './rows.ts';

export interface ReleaseRef {
  id: ReleaseId;
  number: number;
}
export interface ReleaseInForce extends ReleaseRef {
  parts: ReleasePart[];
}

const inForce = `SELECT id, number FROM reference.current_release JOIN reference.release ON id = release_id`;

/** The parts of a release, in no order. */
export const partsOf = (tx: Tx, release: string): Promise<ReleasePart[]> =>
  tx.query<ReleasePart>(
    `SELECT origin, content_hash AS "contentHash", vocabulary_hash AS "vocabularyHash", source_name AS "sourceName",
            source_date::text AS "sourceDate", licence, imported_at AS "importedAt", counts
       FROM reference.release_part WHERE release_id = $1`,
    [release],
  );

/** The release in force, or null before the first one. */
export async function releaseInForce(tx: Tx): Promise<ReleaseInForce | null> {
  const [release] = await tx.query<ReleaseRef>(inForce);
  return release ? { ...release, parts: await partsOf(tx, release.id) } : null;
}

/** Any number: releases are made one after the other, by whoever and wherever. */
const releaseLock = 'SELECT pg_advisory_xact_lock(7231101)';

/** Waits for whoever makes a release just now, to the end of this transaction. */
export const lockReleases = async (tx: Tx): Promise<void> => void (await tx.query(releaseLock));

/** Opens a release to write into, made on `base`. Nobody sees it before the commit. */
export async function openRelease(tx: Tx, base: ReleaseRef | null): Promise<ReleaseRef> {
  const id = newId<'Release'>();
  const [row] = await tx.query<{ number: number }>(
    `INSERT INTO reference.release (id, number, base_id)
     SELECT $1, coalesce(max(number), 0) + 1, $2 FROM reference.release RETURNING number`,
    [id, base?.id ?? null],
  );
  // What was changed here goes along; it is applied when the release is complete.
  await tx.query(
    `INSERT INTO reference.local_change (release_id, key, change_id, change)
     SELECT $1, key, change_id, change FROM reference.local_change WHERE release_id = $2`,
    [id, base?.id ?? null],
  );
  return { id, number: row!.number };
}

export async function savePart(tx: Tx, release: string, part: ReleasePart): Promise<void> {
  await tx.query(
    `INSERT INTO reference.release_part (release_id, origin, content_hash, vocabulary_hash, source_name, source_date,
       licence, imported_at, counts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      release,
      part.origin,
      part.contentHash,
      part.vocabularyHash,
      part.sourceName,
      part.sourceDate,
      part.licence,
      part.importedAt,
      JSON.stringify(part.counts),
    ],
  );
}

/** The task that follows each publication, and each day. */
export const notingEnded = 'note-ended-products';

/** Puts a release that is complete into force, with its event. Searches that run see the old one to their end. */
export async function publishRelease(tx: Tx, release: ReleaseRef): Promise<void> {
  const [row] = await tx.query<{ publications: number }>(
    'UPDATE reference.release SET publications = publications + 1 WHERE id = $1 RETURNING publications',
    [release.id],
  );
  tx.send('INSERT INTO reference.release_publication (release_id) VALUES ($1)', [release.id]);
  await tx.query(
    `INSERT INTO reference.current_release (release_id) VALUES ($1)
     ON CONFLICT (only_row) DO UPDATE SET release_id = $1, published_at = now()`,
    [release.id],
  );
  // Due at once: which of its products are not sold any more.
  schedule(tx, {
    key: `note-ended:${release.id}:${row!.publications}`,
    kind: notingEnded,
    payload: {},
    dueAt: new Date(0),
  });
  emit(tx, ReleasePublished, {
    aggregateId: release.id,
    sequence: row!.publications,
    data: { releaseId: release.id, number: release.number },
  });
}

/** Applies what was changed here to the parts, all of which are there; then what search and the planner need. */
export async function completeRelease(tx: Tx, release: ReleaseId): Promise<void> {
  await applyLocalChanges(tx, release);
  for (const table of releaseTables) await tx.query(`ANALYZE reference.${table}`);
  await tx.query('SELECT reference.index_release($1)', [release]);
}
