/**
 * `npm run catalog -- list | report N | diff A B [--report FILE] [--suspicious] | publish N | rollback | prune [--keep N]`
 * with CATALOG_ADMIN_DATABASE_URL. Without anything it lists the releases.
 */
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { inTransaction, type Tx } from '@carethread/bus/transaction.ts';
import { ConfigError } from '@carethread/service-kit/config.ts';
import { openAdminPool } from './admin-pool.ts';
import { compareReleases, listDifferences, totalsOf } from './compare-releases.ts';
import { listed, reported, wordsOfDifference } from './catalog-words.ts';
import { comparedKinds } from './differences.ts';
import { listReleases } from './list-releases.ts';
import { pruneReleases } from './prune-releases.ts';
import { predecessorOf, publishAgain } from './publish-again.ts';
import type { ReleaseRef } from './publish-release.ts';

const usage =
  'Usage: catalog list | report N | diff A B [--report FILE] [--suspicious] | publish N | rollback | prune [--keep N]';

/** Differences per statement when all of them are written out. */
const batch = 5_000;

try {
  const pool = openAdminPool();
  try {
    const { values, positionals } = options();
    const [verb = 'list', ...numbers] = positionals;
    const say = await inTransaction(pool, (tx) => run(tx, verb, numbers, values));
    console.log(say);
  } finally {
    await pool.end();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}

function options() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        report: { type: 'string' },
        suspicious: { type: 'boolean', default: false },
        keep: { type: 'string', default: '5' },
      },
    });
  } catch (error) {
    throw new ConfigError(`${(error as Error).message}\n${usage}`);
  }
}

async function run(
  tx: Tx,
  verb: string,
  numbers: readonly string[],
  values: ReturnType<typeof options>['values'],
): Promise<string> {
  const [first, second] = numbers.map(Number);
  if (verb === 'list' && numbers.length === 0) return listed(await listReleases(tx));
  if (verb === 'report' && first !== undefined) {
    const [release] = await listReleases(tx, { below: (await numbered(tx, first)).number + 1, limit: 1 });
    return reported(release!);
  }
  if (verb === 'diff' && first !== undefined && second !== undefined)
    return diff(tx, await numbered(tx, first), await numbered(tx, second), values);
  if (verb === 'publish' && first !== undefined) return publish(tx, first);
  if (verb === 'rollback' && numbers.length === 0) {
    const before = await predecessorOf(tx);
    if (!before) throw new ConfigError('No other release was in force before.');
    return publish(tx, before.number);
  }
  if (verb === 'prune' && numbers.length === 0) {
    if (!/^[1-9]\d*$/.test(values.keep)) throw new ConfigError('--keep must be 1 or more.');
    const { removed, thinned } = await pruneReleases(tx, Number(values.keep));
    return `Removed: ${removed.join(', ') || 'none'}. Cut down to what verdicts need: ${thinned.join(', ') || 'none'}.`;
  }
  throw new ConfigError(usage);
}

async function numbered(tx: Tx, number: number): Promise<ReleaseRef> {
  const [release] = Number.isInteger(number)
    ? await tx.query<ReleaseRef>('SELECT id, number FROM reference.release WHERE number = $1', [number])
    : [];
  if (!release) throw new ConfigError(`There is no release ${number}.`);
  return release;
}

async function publish(tx: Tx, number: number): Promise<string> {
  const outcome = await publishAgain(tx, number);
  switch (outcome) {
    case 'unknown':
      throw new ConfigError(`There is no release ${number}.`);
    case 'pruned':
      throw new ConfigError(`Of release ${number} only what verdicts need is left.`);
    case 'outdated':
      throw new ConfigError(
        `Release ${number} was made on a release that is no longer in force: publishing it would take back what came since. Import again.`,
      );
    case 'in force':
      return `Release ${number} was in force already.`;
    case 'published':
      return `Release ${number} is in force.`;
    default:
      return outcome satisfies never;
  }
}

async function diff(
  tx: Tx,
  before: ReleaseRef,
  after: ReleaseRef,
  { report, suspicious }: { report?: string | undefined; suspicious: boolean },
): Promise<string> {
  const difference = await compareReleases(tx, before.id, after.id);
  const totals = comparedKinds.map((kind) => {
    const total = totalsOf(difference, kind);
    return `${kind.padEnd(12)}${total.added} added, ${total.changed} changed, ${total.withdrawn} withdrawn, ${total.suspicious} suspicious`;
  });
  const list = async function* () {
    for (let place: { kind: string; id: string } | null = null; ;) {
      const page = await listDifferences(tx, before.id, after.id, {
        after: place,
        limit: batch,
        suspiciousOnly: suspicious,
      });
      yield* page;
      if (page.length < batch) return;
      place = page.at(-1)!;
    }
  };
  if (report !== undefined) {
    const file = createWriteStream(report);
    file.write('kind\torigin\tid\tchange\tsuspicious\tname\tbefore\tafter\n');
    for await (const each of list()) file.write(`${wordsOfDifference(each)}\n`);
    file.end();
    await finished(file);
    totals.push(`Each of them is in ${report}.`);
  } else if (suspicious) {
    for await (const each of list()) totals.push(wordsOfDifference(each));
  }
  return totals.join('\n');
}
