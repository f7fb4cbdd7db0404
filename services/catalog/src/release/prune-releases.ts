import type { Tx } from '@carethread/bus/transaction.ts';
import { predecessorOf } from './publish-again.ts';
import { lockReleases, releaseInForce, type ReleaseRef } from './publish-release.ts';
import { releaseTables } from './rows.ts';

export interface Pruned {
  /** Numbers of releases that are gone. */
  readonly removed: readonly number[];
  /** Numbers of releases that verdicts refer to: what a repetition of the verdict does not need is gone. */
  readonly thinned: readonly number[];
}

/** What a verdict cannot be influenced by. Products stay: verdicts name them, and prescriptions their wording. */
const notJudgedBy = [
  'package_price',
  'product_code',
  'package',
  'generic_group_member',
  'generic_group',
  'ingredient_approval',
  'ingredient_code',
  'ingredient_synonym',
  'look_alike',
] as const;

/**
 * Removes releases older than the last `keep`. Never the one in force, nor the one before it: a roll-back must find it.
 * Releases that verdicts refer to keep everything a verdict can be repeated from, byte for byte.
 */
export async function pruneReleases(tx: Tx, keep: number): Promise<Pruned> {
  if (!Number.isInteger(keep) || keep < 1) throw new RangeError('At least one release must be kept.');
  await lockReleases(tx);
  const spared = [(await releaseInForce(tx))?.id, (await predecessorOf(tx))?.id].filter(
    (id) => id !== undefined,
  );
  const old = await tx.query<ReleaseRef & { judged: boolean; pruned: boolean }>(
    `SELECT id, number, judged, pruned FROM
       (SELECT *, row_number() OVER (ORDER BY number DESC) AS age FROM reference.release) release
      WHERE age > $1 AND id <> ALL ($2::uuid[]) ORDER BY number`,
    [keep, spared],
  );
  const thinned = old.filter(({ judged, pruned }) => judged && !pruned);
  const removed = old.filter(({ judged }) => !judged);
  const ids = (releases: readonly ReleaseRef[]) => releases.map(({ id }) => id);
  const unindex = 'SELECT reference.unindex_release(id) FROM unnest($1::uuid[]) id';
  await tx.query(unindex, [ids(old)]);
  for (const table of notJudgedBy)
    await tx.query(`DELETE FROM reference.${table} WHERE release_id = ANY ($1::uuid[])`, [ids(thinned)]);
  await tx.query('UPDATE reference.release SET pruned = true WHERE id = ANY ($1::uuid[])', [ids(thinned)]);
  for (const table of [...releaseTables.toReversed(), 'release_part', 'release_publication'])
    await tx.query(`DELETE FROM reference.${table} WHERE release_id = ANY ($1::uuid[])`, [ids(removed)]);
  await tx.query('DELETE FROM reference.release WHERE id = ANY ($1::uuid[])', [ids(removed)]);
  const numbers = (releases: readonly ReleaseRef[]) => releases.map(({ number }) => number);
  return { removed: numbers(removed), thinned: numbers(thinned) };
}
