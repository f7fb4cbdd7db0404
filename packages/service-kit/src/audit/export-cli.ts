/**
 * Writes a service's audit to standard output: `export-cli.ts --service tickets > tickets.ndjson`. WORKER_DATABASE_URL
 * must hold the connection string of that service's worker. Check it with `node scripts/check-audit.mjs`.
 */
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { serviceNames } from '@carethread/contracts/define-event.ts';
import pg from 'pg';
import { readConfig, serviceConfig } from '../config.ts';
import { exportAudit } from './export-audit.ts';

const { service } = parseArgs({ options: { service: { type: 'string' } } }).values;
if (!serviceNames.some((name) => name === service)) {
  console.error(`Usage: export-cli.ts --service <${serviceNames.join('|')}>`);
  process.exit(2);
}
const { WORKER_DATABASE_URL } = serviceConfig;
const config = readConfig({ WORKER_DATABASE_URL });
// Longer than the service's own work may take: a year of accesses is read in one go.
const client = new pg.Client({
  connectionString: config.WORKER_DATABASE_URL,
  options: '-c statement_timeout=0 -c transaction_timeout=0 -c idle_in_transaction_session_timeout=0',
});
await client.connect();
await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
await pipeline(exportAudit(client, service!), process.stdout, { end: false });
await client.end();
