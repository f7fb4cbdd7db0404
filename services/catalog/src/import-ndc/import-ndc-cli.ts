/**
 * `node src/import-ndc/import-ndc-cli.ts --product product.txt[.gz] --package package.txt[.gz]` with
 * CATALOG_ADMIN_DATABASE_URL: a new release with the products of the US National Drug Code directory, in force when all of
 * it is written. Lines that were left out go to standard output with number and reason, progress to standard error.
 */
import { parseArgs } from 'node:util';
import { inTransaction } from '@carethread/bus/transaction.ts';
import { ConfigError } from '@carethread/service-kit/config.ts';
import { openAdminPool } from '../release/admin-pool.ts';
import { importNdc } from './import-ndc.ts';
import { progressBar } from './progress-bar.ts';
import { sizeOf } from './read-table.ts';

const { values } = parseArgs({
  options: {
    product: { type: 'string' },
    package: { type: 'string' },
    remarks: { type: 'boolean', default: false },
  },
});

try {
  await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}

async function run(): Promise<void> {
  const { product: productFile, package: packageFile } = values;
  if (!productFile || !packageFile)
    throw new ConfigError(
      'Usage: import-ndc-cli.ts --product product.txt[.gz] --package package.txt[.gz] [--remarks]',
    );
  const bar = progressBar((await sizeOf(productFile)) + (await sizeOf(packageFile)), process.stderr);
  const pool = openAdminPool();
  const startedAt = performance.now();
  const noted = { skipped: 0, remark: 0 };
  try {
    const result = await inTransaction(pool, (tx) =>
      importNdc(
        tx,
        { productFile, packageFile },
        {
          onBytes: bar.add,
          onLine({ kind, file, line, text }) {
            noted[kind] += 1;
            if (kind === 'skipped' || values.remarks) console.log(`${file} line ${line}: ${kind}: ${text}`);
          },
        },
      ),
    );
    bar.end();
    const { release } = result;
    if (!result.changed) {
      console.log(`Release ${release.number} was made from the same files: nothing changed.`);
      return;
    }
    const { products, packages, difference } = result;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(
      [
        `Release ${release.number} (${release.id}) is in force after ${seconds} s.`,
        `Taken: ${products} products, ${packages} packages.`,
        `Skipped: ${noted.skipped} lines. Taken with something missing: ${noted.remark} (--remarks lists them).`,
        `Against the release before: ${difference.added} products added, ${difference.removed} removed, ` +
          `${difference.changed} changed, ${difference.unchanged} as they were.`,
      ].join('\n'),
    );
  } finally {
    bar.end();
    await pool.end();
  }
}
