import type { Tx } from '@carethread/bus/transaction.ts';
import { type Concern, concernsOf, type Limits } from './concerns.ts';
import { compareReleases, type ReleaseDifference } from './compare-releases.ts';
import { copyPart } from './copy-part.ts';
import { NoRelease } from './current-release.ts';
import { origins, type PartCounts, type PartSource, vocabularyHash } from './part.ts';
import {
  completeRelease,
  lockReleases,
  openRelease,
  publishRelease,
  type ReleaseRef,
  releaseInForce,
  savePart,
} from './publish-release.ts';

/** A part that can be written into a release. */
export interface NewPart extends PartSource {
  /** Writes the rows into the release, which has the parts before it already. Answers how many there are. */
  write(tx: Tx, release: string): Promise<PartCounts>;
}

export type Replaced =
  | { readonly outcome: 'unchanged'; readonly release: ReleaseRef }
  | {
      readonly outcome: 'published' | 'held';
      readonly release: ReleaseRef;
      readonly before: ReleaseRef | null;
      readonly counts: PartCounts;
      readonly difference: ReleaseDifference;
      /** Why it was held, or was published nevertheless. */
      readonly concerns: readonly Concern[];
    };

/**
 * Makes a release in which one part is new and the others are as they are in the release in force, and puts it into force:
 * all of it or, when anything fails, nothing. The same content matched against the same names changes nothing. A release
 * that looks wrong is kept but held back, unless `limits` accept it.
 */
export async function replacePart(tx: Tx, part: NewPart, limits: Limits): Promise<Replaced> {
  await lockReleases(tx);
  const before = await releaseInForce(tx);
  if (!before && part.origin !== 'formulary') throw new NoRelease();
  const kept = before?.parts ?? [];
  const old = kept.find(({ origin }) => origin === part.origin);
  const matchedAgainst = vocabularyHash(part.origin, kept);
  if (before && old?.contentHash === part.contentHash && old.vocabularyHash === matchedAgainst)
    return { outcome: 'unchanged', release: before };

  const release = await openRelease(tx, before);
  let counts: PartCounts = {};
  for (const origin of origins)
    if (origin === part.origin) counts = await part.write(tx, release.id);
    else if (before) await copyPart(tx, before.id, release.id, origin);
  for (const each of kept) if (each.origin !== part.origin) await savePart(tx, release.id, each);
  await savePart(tx, release.id, {
    ...part,
    vocabularyHash: matchedAgainst,
    importedAt: await transactionTime(tx),
    counts,
  });
  await completeRelease(tx, release.id);
  const difference = await compareReleases(tx, before?.id ?? null, release.id);
  const concerns = await concernsOf(tx, release.id, part.origin, difference, limits);
  const held = concerns.length > 0 && !limits.acceptSuspicious;
  await tx.query('UPDATE reference.release SET concerns = $2 WHERE id = $1', [
    release.id,
    JSON.stringify(concerns),
  ]);
  if (!held) await publishRelease(tx, release);
  return { outcome: held ? 'held' : 'published', release, before, counts, difference, concerns };
}

const transactionTime = async (tx: Tx): Promise<Date> =>
  (await tx.query<{ at: Date }>('SELECT now() AS at'))[0]!.at;
