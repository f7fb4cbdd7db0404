/**
 * Checks the audit of every service of the platform that `npm start` keeps (DATA_DIR as there): exports each and runs
 * check-audit.mjs over all. `--keep <folder>` leaves the exports there, to hand to somebody who checks for themselves.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { serviceNames } from '@carethread/contracts/define-event.ts';

const { keep } = parseArgs({ options: { keep: { type: 'string' } } }).values;
const folder = keep ? resolve(keep) : mkdtempSync(join(tmpdir(), 'carethread-audit-'));
mkdirSync(folder, { recursive: true });
const root = join(import.meta.dirname, '..');

const exported = await Promise.all(
  serviceNames.map(async (service) => {
    const file = join(folder, `${service}.ndjson`);
    const command = join(root, 'packages/service-kit/src/audit/export-cli.ts');
    const withPlatform = join(root, 'packages/local-stack/src/with-platform.ts');
    const child = spawn(
      process.execPath,
      [withPlatform, service, '--', process.execPath, command, '--service', service],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    child.stdout.pipe(createWriteStream(file));
    const code = await new Promise<number | null>((done) => child.once('close', done));
    if (code !== 0) throw new Error(`The audit of ${service} could not be exported.`);
    return file;
  }),
);
const checker = join(root, 'scripts/check-audit.mjs');
process.exitCode = spawnSync(process.execPath, [checker, ...exported], { stdio: 'inherit' }).status ?? 1;
if (!keep) rmSync(folder, { recursive: true, force: true });
