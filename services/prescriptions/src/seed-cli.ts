/**
 * `CARETHREAD_DEMO=1 node src/seed-cli.ts` with WORKER_DATABASE_URL: writes what is known about the demonstration's
 * patients. Refuses in production.
 */
import { openPool } from '@carethread/bus/worker-pool.ts';
import { ConfigError } from '@carethread/service-kit/config.ts';
import { readSeedConfig } from './config.ts';
import { seedDemo } from './demo/seed.ts';

try {
  const { WORKER_DATABASE_URL } = readSeedConfig(process.env);
  const worker = openPool(WORKER_DATABASE_URL, 1);
  try {
    const begun = await seedDemo(worker, new Date());
    console.log(begun === 0 ? 'the demonstration is complete' : `began ${begun} patient profiles`);
  } finally {
    await worker.end();
  }
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}
