import { failpoint } from '@carethread/bus/failpoint.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import { checkChange } from '../administration/check-change.ts';
import { type LocalChange, onTopOf } from '../administration/local-change.ts';
import { readFacts } from '../administration/read-facts.ts';
import { NoRelease } from '../release/current-release.ts';
import { publishAgain } from '../release/publish-again.ts';
import {
  completeRelease,
  lockReleases,
  openRelease,
  publishRelease,
  releaseInForce,
  savePart,
} from '../release/publish-release.ts';
import { copyPart } from '../release/copy-part.ts';
import { origins } from '../release/part.ts';
import type { PublicationId, StagedChange } from './publication.ts';

/** What was changed here is applied on top of the parts that come from outside. */
const parts = origins.filter((origin) => origin !== 'local');

export const stepsOf = (kind: 'changes' | 'roll_back'): number => (kind === 'changes' ? parts.length + 3 : 1);

/** What was asked for does not fit the release in force any more. */
export class Unpublishable extends Error {
  override name = 'Unpublishable';
}

export interface Order {
  readonly id: PublicationId;
  readonly kind: 'changes' | 'roll_back';
  readonly releaseNumber: number | null;
  readonly changes: readonly StagedChange[];
}

/**
 * Makes the release a publication asks for and puts it into force, once: an attempt that comes after one that succeeded
 * finds its result. Runs as the catalog's administrator. `tell` hears what is being done.
 */
export async function makeRelease(
  tx: Tx,
  order: Order,
  { lastAttempt, tell }: { lastAttempt: boolean; tell: (step: string) => Promise<void> },
): Promise<number> {
  await lockReleases(tx);
  const [done] = await tx.query<{ number: number }>(
    'SELECT number FROM reference.publication_done JOIN reference.release ON id = release_id WHERE publication_id = $1',
    [order.id],
  );
  if (done) return done.number;
  if (lastAttempt) throw new Unpublishable('It did not succeed in five attempts.');
  const number =
    order.kind === 'changes' ? await withChanges(tx, order.changes, tell) : await again(tx, order, tell);
  await tx.query(
    `INSERT INTO reference.publication_done (publication_id, release_id)
     SELECT $1, id FROM reference.release WHERE number = $2`,
    [order.id, number],
  );
  return number;
}

async function again(
  tx: Tx,
  { releaseNumber }: Order,
  tell: (step: string) => Promise<void>,
): Promise<number> {
  await tell('publishing');
  const outcome = await publishAgain(tx, releaseNumber!);
  switch (outcome) {
    case 'published':
    case 'in force':
      return releaseNumber!;
    case 'unknown':
    case 'pruned':
      throw new Unpublishable(`Release ${releaseNumber} was removed.`);
    case 'outdated':
      throw new Unpublishable(`Release ${releaseNumber} was made on another release than the present one.`);
    default:
      return outcome satisfies never;
  }
}

async function withChanges(
  tx: Tx,
  changes: readonly StagedChange[],
  tell: (step: string) => Promise<void>,
): Promise<number> {
  const before = await releaseInForce(tx);
  if (!before) throw new NoRelease();
  await tell('validating');
  const facts = (await readFacts(
    tx,
    before.id,
    changes.map(({ change }) => change),
  ))!;
  const problems = changes.flatMap(({ key, change }) =>
    checkChange(change, facts).map(({ path, message }) => `${key} ${path.join('.')}: ${message}`),
  );
  if (problems.length > 0) throw new Unpublishable(problems.join('\n'));
  const release = await openRelease(tx, before);
  for (const part of parts) {
    await tell(`copying ${part}`);
    await copyPart(tx, before.id, release.id, part);
    failpoint('midRelease');
  }
  for (const part of before.parts) await savePart(tx, release.id, part);
  await tell('applying changes');
  for (const staged of changes) await takeIn(tx, release.id, staged);
  await completeRelease(tx, release.id);
  await checkApplied(tx, release.id, changes);
  await tell('publishing');
  await publishRelease(tx, release);
  failpoint('beforeReleaseCommits');
  return release.number;
}

/** What fits by itself need not fit together with the other changes. */
async function checkApplied(tx: Tx, release: string, changes: readonly StagedChange[]): Promise<void> {
  const left = await tx.query<{ key: string; problem: string }>(
    `SELECT key, problem FROM reference.local_change
      WHERE release_id = $1 AND key = ANY ($2::text[]) AND problem IS NOT NULL`,
    [release, changes.map(({ key }) => key)],
  );
  if (left.length > 0)
    throw new Unpublishable(left.map(({ key, problem }) => `${key} ${problem}`).join('\n'));
}

async function takeIn(tx: Tx, release: string, { id, key, change }: StagedChange): Promise<void> {
  if (change.kind === 'undo')
    return void (await tx.query('DELETE FROM reference.local_change WHERE release_id = $1 AND key = $2', [
      release,
      key,
    ]));
  const [before] = await tx.query<{ change: LocalChange }>(
    'SELECT change FROM reference.local_change WHERE release_id = $1 AND key = $2',
    [release, key],
  );
  await tx.query(
    `INSERT INTO reference.local_change (release_id, key, change_id, change) VALUES ($1, $2, $3, $4)
     ON CONFLICT (release_id, key) DO UPDATE SET change_id = excluded.change_id, change = excluded.change`,
    [release, key, id, JSON.stringify(onTopOf(before?.change, change))],
  );
}
