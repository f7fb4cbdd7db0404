/**
 * `node src/would-alert/would-alert-cli.ts <release number> [--days 180]` with WORKER_DATABASE_URL: how many prescriptions a
 * release would alert about if it came into force, by severity. For a release that is held back, before it is published.
 */
import { parseArgs } from 'node:util';
import { worsts } from '@carethread/contracts/verdict-news.ts';
import { ConfigError } from '@carethread/service-kit/config.ts';
import pg from 'pg';
import { readWorkerConfig } from '../config.ts';
import { wouldAlert } from './would-alert.ts';

const dayMs = 86_400_000;

try {
  await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { days: { type: 'string', default: '180' } },
  });
  const [number, days] = [Number(positionals[0]), Number(values.days)];
  if (!Number.isInteger(number) || !Number.isInteger(days) || days < 1)
    throw new ConfigError('Usage: would-alert-cli.ts <release number> [--days 180]');
  const { WORKER_DATABASE_URL } = readWorkerConfig();
  const pool = new pg.Pool({ connectionString: WORKER_DATABASE_URL, max: 1, pipeline: true });
  pool.on('error', () => {});
  try {
    const outcome = await wouldAlert(pool, number, new Date(Date.now() - days * dayMs));
    if (!outcome) throw new ConfigError(`There is no release ${number}.`);
    const { judged, alerting } = outcome;
    const total = worsts.reduce((sum, worst) => sum + alerting[worst], 0);
    console.log(
      [
        `Release ${number} would alert about ${total} of ${judged} prescriptions screened in the last ${days} days, ended ones included.`,
        ...worsts.map((worst) => `  ${worst.replace('_', ' ').padEnd(16)}${alerting[worst]}`),
      ].join('\n'),
    );
  } finally {
    await pool.end();
  }
}
