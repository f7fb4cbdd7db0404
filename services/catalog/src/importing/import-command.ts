import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { inTransaction, type Tx } from '@carethread/bus/transaction.ts';
import { ConfigError } from '@carethread/service-kit/config.ts';
import { readReportConfig } from '../config.ts';
import { openAdminPool } from '../release/admin-pool.ts';
import { totalsOf } from '../release/compare-releases.ts';
import { usual } from '../release/concerns.ts';
import { comparedKinds } from '../release/differences.ts';
import type { Origin } from '../release/part.ts';
import type { Replaced } from '../release/replace-part.ts';
import type { ImportWish } from './import-wish.ts';
import { isoDate } from './iso-date.ts';
import type { Listener } from './listener.ts';
import { progressBar } from './progress-bar.ts';
import { sizeOf } from './source-file.ts';

/** A command that imports one part: which files it takes, and how. */
export interface ImportCommand<File extends string> {
  readonly origin: Origin;
  /** Options that name a file, and whether they must be given. */
  readonly files: Record<File, 'required' | 'optional'>;
  run(tx: Tx, files: Partial<Record<File, string>>, listener: Listener, wish: ImportWish): Promise<Replaced>;
}

/** Exit code when a release was written but held back: neither done nor failed. */
const held = 3;

/**
 * Runs an import with CATALOG_ADMIN_DATABASE_URL. Progress goes to standard error, what came of it to standard output, and
 * each line that was left out or not taken whole to a report file. Ends with 0, 1 when it failed, 2 for a wrong call, 3
 * when the release is held back.
 */
export async function runImportCommand<File extends string>(command: ImportCommand<File>): Promise<void> {
  try {
    await run(command);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = error instanceof ConfigError ? 2 : 1;
  }
}

async function run<File extends string>(command: ImportCommand<File>): Promise<void> {
  const { files, report, wish } = wishOf(command);
  const paths: string[] = Object.values(files);
  const sizes = await Promise.all(paths.map(sizeOf));
  const bar = progressBar(
    sizes.reduce((sum, size) => sum + size, 0),
    process.stderr,
  );
  const pool = openAdminPool();
  mkdirSync(dirname(report), { recursive: true });
  const lines = createWriteStream(report);
  lines.write('file\tline\tkind\treason\n');
  const startedAt = performance.now();
  try {
    const result = await inTransaction(pool, (tx) =>
      command.run(
        tx,
        files,
        {
          onBytes: bar.add,
          onLine: ({ file, line, kind, text }) =>
            void lines.write(`${file}\t${line}\t${kind}\t${text.replaceAll(/\s+/g, ' ')}\n`),
        },
        wish,
      ),
    );
    bar.end();
    console.log(summaryOf(result, (performance.now() - startedAt) / 1000, report));
    if (result.outcome === 'held') process.exitCode = held;
  } finally {
    bar.end();
    lines.end();
    await Promise.all([pool.end(), finished(lines)]);
  }
}

function wishOf<File extends string>({ origin, files }: ImportCommand<File>) {
  const names = Object.keys(files) as File[];
  const usage = `Usage: import:${origin} ${names
    .map((name) => (files[name] === 'required' ? `--${name} FILE` : `[--${name} FILE]`))
    .join(' ')} [--report FILE] [--source-date YYYY-MM-DD] [--max-loss PERCENT] [--accept-suspicious]`;
  const { values } = parsed(
    {
      ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
      report: { type: 'string' as const },
      'source-date': { type: 'string' as const },
      'max-loss': { type: 'string' as const },
      'accept-suspicious': { type: 'boolean' as const },
    },
    usage,
  );
  const given = Object.fromEntries(
    names.flatMap((name) => (typeof values[name] === 'string' ? [[name, values[name]]] : [])),
  ) as Partial<Record<File, string>>;
  const loss = values['max-loss'] === undefined ? usual.mostLost * 100 : Number(values['max-loss']);
  const date = values['source-date'] as string | undefined;
  if (names.some((name) => files[name] === 'required' && !given[name])) throw new ConfigError(usage);
  if (!(loss >= 0 && loss <= 100)) throw new ConfigError(`--max-loss must be 0 to 100.\n${usage}`);
  if (date !== undefined && isoDate(date) === null)
    throw new ConfigError(`--source-date must be a day such as 2026-07-24.\n${usage}`);
  return {
    files: given,
    report:
      (values['report'] as string | undefined) ??
      join(
        readReportConfig().DATA_DIR,
        'reports',
        `import-${origin}-${new Date().toISOString().replaceAll(':', '')}.tsv`,
      ),
    wish: {
      sourceDate: date ?? null,
      limits: { mostLost: loss / 100, acceptSuspicious: values['accept-suspicious'] === true },
    },
  };
}

function parsed(options: Record<string, { type: 'string' | 'boolean' }>, usage: string) {
  try {
    return parseArgs({ options });
  } catch (error) {
    throw new ConfigError(`${(error as Error).message}\n${usage}`);
  }
}

function summaryOf(result: Replaced, seconds: number, report: string): string {
  const { release } = result;
  if (result.outcome === 'unchanged')
    return `Release ${release.number} was made from the same content: nothing changed.`;
  const { counts, difference, concerns } = result;
  const { skipped = 0, remarks = 0, ...taken } = counts;
  const changes = comparedKinds.map((kind) => {
    const { added, changed, withdrawn, suspicious } = totalsOf(difference, kind);
    return `  ${kind.padEnd(12)}${added} added, ${changed} changed, ${withdrawn} withdrawn, ${suspicious} suspicious`;
  });
  return [
    result.outcome === 'published'
      ? `Release ${release.number} (${release.id}) is in force after ${seconds.toFixed(1)} s.`
      : `Release ${release.number} (${release.id}) is written but NOT in force.`,
    `Taken: ${Object.entries(taken)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(', ')}.`,
    `Skipped: ${skipped} lines. Taken with something missing: ${remarks}. Each is in ${report}.`,
    `Against ${result.before ? `release ${result.before.number}` : 'nothing'}:`,
    ...changes,
    ...concerns.map(({ text }) => `Suspicious: ${text}`),
    ...(result.outcome === 'held' && result.before
      ? [
          `Look at it with "diff ${result.before.number} ${release.number}", put it into force with "publish ${release.number}".`,
        ]
      : []),
  ].join('\n');
}
