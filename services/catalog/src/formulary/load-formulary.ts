import type { Tx } from '@carethread/bus/transaction.ts';
import {
  completeRelease,
  lockReleases,
  openRelease,
  publishRelease,
  type ReleaseInForce,
  releaseInForce,
} from '../release/publish-release.ts';
import { copyPart, insertRows } from '../release/rows.ts';
import { formularyRows } from './formulary-rows.ts';
import { formularyHash, readFormulary } from './read-formulary.ts';

/**
 * Makes a release with the shipped formulary and puts it into force; an imported list stays part of it. Does nothing when
 * the release in force was made from the same files.
 */
export async function loadFormulary(tx: Tx): Promise<{ release: ReleaseInForce; loaded: boolean }> {
  await lockReleases(tx);
  const before = await releaseInForce(tx);
  const hash = formularyHash();
  if (before?.formularyHash === hash) return { release: before, loaded: false };
  const release = await openRelease(tx, { formularyHash: hash, ndcHash: before?.ndcHash ?? null });
  for (const [table, rows] of formularyRows(release.id, readFormulary())) await insertRows(tx, table, rows);
  if (before) await copyPart(tx, before.id, release.id, 'ndc');
  await completeRelease(tx, release.id);
  await publishRelease(tx, release);
  return { release, loaded: true };
}
