import { emit } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import { ReleasePublished } from '@carethread/contracts/events/catalog.ts';
import { newId, type ReleaseId } from '@carethread/contracts/ids.ts';
import { releaseTables } from './rows.ts';

export interface ReleaseInForce {
  id: ReleaseId;
  number: number;
  formularyHash: string;
  ndcHash: string | null;
}

const inForce = `SELECT id, number, formulary_hash AS "formularyHash", ndc_hash AS "ndcHash"
  FROM reference.current_release JOIN reference.release ON id = release_id`;

/** The release in force, or null before the first one. */
export const releaseInForce = async (tx: Tx): Promise<ReleaseInForce | null> =>
  (await tx.query<ReleaseInForce>(inForce))[0] ?? null;

/** Any number: releases are made one after the other, by whoever and wherever. */
const releaseLock = 'SELECT pg_advisory_xact_lock(7231101)';

/** Waits for whoever makes a release just now, to the end of this transaction. */
export const lockReleases = async (tx: Tx): Promise<void> => void (await tx.query(releaseLock));

/** Opens a release to write into. Nobody sees it before the commit. */
export async function openRelease(
  tx: Tx,
  hashes: { formularyHash: string; ndcHash: string | null },
): Promise<ReleaseInForce> {
  const id = newId<'Release'>();
  const [row] = await tx.query<{ number: number }>(
    `INSERT INTO reference.release (id, number, formulary_hash, ndc_hash)
     SELECT $1, coalesce(max(number), 0) + 1, $2, $3 FROM reference.release RETURNING number`,
    [id, hashes.formularyHash, hashes.ndcHash],
  );
  return { id, number: row!.number, ...hashes };
}

/** Puts a release that is complete into force, with its event. Searches that run see the old one to their end. */
export async function publishRelease(tx: Tx, release: { id: ReleaseId; number: number }): Promise<void> {
  const [row] = await tx.query<{ publications: number }>(
    'UPDATE reference.release SET publications = publications + 1 WHERE id = $1 RETURNING publications',
    [release.id],
  );
  await tx.query(
    `INSERT INTO reference.current_release (release_id) VALUES ($1)
     ON CONFLICT (only_row) DO UPDATE SET release_id = $1, published_at = now()`,
    [release.id],
  );
  emit(tx, ReleasePublished, {
    aggregateId: release.id,
    sequence: row!.publications,
    data: { releaseId: release.id, number: release.number },
  });
}

/** What search and the planner need once all rows are there. */
export async function completeRelease(tx: Tx, release: ReleaseId): Promise<void> {
  for (const table of releaseTables) await tx.query(`ANALYZE reference.${table}`);
  await tx.query('SELECT reference.index_release($1)', [release]);
}
