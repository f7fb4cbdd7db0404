/**
 * `node src/seed-cli.ts` with CATALOG_ADMIN_DATABASE_URL: loads the shipped formulary as a release and puts it
 * into force. Does nothing when that was done before.
 */
import { inTransaction } from '@carethread/bus/transaction.ts';
import { ConfigError } from '@carethread/service-kit/config.ts';
import { openAdminPool } from './release/admin-pool.ts';
import { loadFormulary } from './formulary/load-formulary.ts';

try {
  const pool = openAdminPool();
  try {
    const { release, loaded } = await inTransaction(pool, loadFormulary);
    console.log(
      loaded ? `release ${release.number} is in force` : `release ${release.number} has this formulary`,
    );
  } finally {
    await pool.end();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}
