/**
 * With CATALOG_ADMIN_DATABASE_URL. `node src/release/release-cli.ts` lists the releases; `--publish 3` puts release 3 into
 * force again, for instance to take back an import.
 */
import { parseArgs } from 'node:util';
import { inTransaction, type Tx } from '@carethread/bus/transaction.ts';
import { ConfigError } from '@carethread/service-kit/config.ts';
import { openAdminPool } from './admin-pool.ts';
import { listReleases, publishAgain } from './publish-again.ts';

const { values } = parseArgs({ options: { publish: { type: 'string' } } });
try {
  const pool = openAdminPool();
  try {
    console.log(
      await inTransaction(pool, values.publish === undefined ? list : (tx) => publish(tx, values.publish!)),
    );
  } finally {
    await pool.end();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}

async function list(tx: Tx): Promise<string> {
  const releases = await listReleases(tx);
  if (releases.length === 0) return 'There is no release yet.';
  return releases
    .map(
      ({ number, createdAt, products, inForce }) =>
        `${inForce ? '*' : ' '} ${String(number).padStart(4)}  ${createdAt.toISOString()}  ${products} products`,
    )
    .join('\n');
}

async function publish(tx: Tx, number: string): Promise<string> {
  const outcome = await publishAgain(tx, Number(number));
  if (outcome === 'unknown') throw new ConfigError(`There is no release ${number}.`);
  return outcome === 'published'
    ? `Release ${number} is in force.`
    : `Release ${number} was in force already.`;
}
