/**
 * With CATALOG_ADMIN_DATABASE_URL. `node src/benchmark/misspellings-cli.ts` asks the search in force every
 * misspelling of the shipped list and reports precision and recall; `--misses` names those of the tuned part that failed.
 */
import { parseArgs } from 'node:util';
import { inTransaction } from '@carethread/bus/transaction.ts';
import { ConfigError } from '@carethread/service-kit/config.ts';
import { openAdminPool } from '../release/admin-pool.ts';
import { askAll } from './ask-search.ts';
import { readMisspellings } from './misspellings.ts';
import { reportScores } from './report-scores.ts';
import { isFirst } from './score.ts';

const { values } = parseArgs({ options: { misses: { type: 'boolean', default: false } } });
try {
  const pool = openAdminPool();
  try {
    const outcomes = await inTransaction(pool, (tx) => askAll(tx, readMisspellings()));
    console.log(reportScores(outcomes));
    if (values.misses)
      for (const each of outcomes.filter(({ part }) => part === 'tuned')) {
        const right = each.meant.length === 0 ? each.hits.length === 0 : isFirst(each);
        const first = each.hits[0]?.ingredients.join(' + ') ?? 'nothing';
        if (!right)
          console.log(`${each.typed}: ${each.meant.join(' + ') || 'nothing'} was meant, found ${first}`);
      }
  } finally {
    await pool.end();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}
