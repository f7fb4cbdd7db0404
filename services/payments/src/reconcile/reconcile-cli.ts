/**
 * Our books beside the provider's: `reconcile-cli.ts [--from 2026-11-01] [--until 2026-12-01]`, by default the last seven
 * days. Ends with 1 when something does not fit and is not expected to come right by itself.
 */
import { parseArgs } from 'node:util';
import { moneyText } from '@carethread/contracts/money.ts';
import { inTransaction } from '@carethread/bus/transaction.ts';
import { readConfig, serviceConfig } from '@carethread/service-kit/config.ts';
import pg from 'pg';
import { providerConfig, providerFrom } from '../config.ts';
import type { Exception } from './compare.ts';
import { reconcile } from './reconcile.ts';

const { values } = parseArgs({
  options: { from: { type: 'string' }, until: { type: 'string' }, help: { type: 'boolean', default: false } },
});
const [until, from] = [
  values.until ? new Date(values.until) : new Date(),
  values.from ? new Date(values.from) : new Date(Date.now() - 7 * 86_400_000),
];
if (values.help || Number.isNaN(from.getTime()) || Number.isNaN(until.getTime())) {
  console.log(
    'reconcile-cli.ts [--from 2026-11-01] [--until 2026-12-01]   (UTC; by default the last seven days)',
  );
  process.exit(values.help ? 0 : 2);
}

const { WORKER_DATABASE_URL } = serviceConfig;
const config = readConfig({ WORKER_DATABASE_URL, ...providerConfig });
const pool = new pg.Pool({ connectionString: config.WORKER_DATABASE_URL, max: 1, pipeline: true });
const database = {
  asWorker: <Result>(work: Parameters<typeof inTransaction<Result>>[1]) => inTransaction(pool, work),
};
const { provider, matched, exceptions, balances } = await reconcile(
  { database, provider: providerFrom(config) },
  from,
  until,
);
await pool.end();

console.log(`${provider}, ${from.toISOString()} to ${until.toISOString()}`);
console.log(`${matched} movements are the same in both books, ${exceptions.length} are not`);
for (const exception of exceptions) console.log(`  ${lineOf(exception)}`);
for (const { account, currency, minor } of balances)
  console.log(`${account}  ${moneyText({ minor: Number(minor), currency })}`);
process.exitCode = exceptions.some(({ expected }) => expected === null) ? 1 : 0;

function lineOf({ kind, isCharge, reference, providerId, ours, theirs, expected }: Exception): string {
  const amounts = [ours && `ours ${moneyText(ours)}`, theirs && `theirs ${moneyText(theirs)}`]
    .filter(Boolean)
    .join(', ');
  const names = [reference, providerId].filter(Boolean).join(' ');
  return `${kind} ${isCharge ? 'charge' : 'refund'} ${names}: ${amounts}${expected ? ` (${expected})` : ''}`;
}
