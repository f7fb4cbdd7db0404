/**
 * Runs an operator's command against the platform that `npm start` keeps in this data folder:
 * `node with-platform.ts <service> -- <command…>`. The command gets the addresses of that service's database; those that
 * are set already stay, so that the same command works elsewhere. With `-` the service is what the command's own
 * `--service` says.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { serviceNames } from '@carethread/contracts/define-event.ts';
import { platformSecrets } from './platform-secrets.ts';
import { loginUrl, type LoginKind } from './provision.ts';
import { databaseEnvironment, paymentProvider, type ProcessName, repository } from './service-table.ts';

const [target, separator, command, ...args] = process.argv.slice(2);
const wanted = target === '-' ? args[args.indexOf('--service') + 1] : target;
const service = serviceNames.find((name) => name === wanted);
if (separator !== '--' || !command || (target !== '-' && !service)) {
  console.error('Usage: node with-platform.ts <service> -- <command> [arguments]');
  process.exit(2);
}

const env = service ? { ...(await addresses(service)), ...process.env } : process.env;
process.exitCode = spawnSync(command, args, { stdio: 'inherit', env }).status ?? 1;

async function addresses(of: (typeof serviceNames)[number]): Promise<NodeJS.ProcessEnv> {
  const dataDir = resolve(process.env['DATA_DIR'] || join(repository, '.carethread'));
  const portsFile = join(dataDir, 'ports.json');
  if (!existsSync(portsFile)) return {};
  const ports = JSON.parse(readFileSync(portsFile, 'utf8')) as Record<'postgres' | ProcessName, number>;
  const secrets = await platformSecrets(join(dataDir, 'secrets.json'));
  const url = (kind: LoginKind) =>
    loginUrl(`postgres://127.0.0.1:${ports.postgres}`, of, kind, secrets[`database:${of}_${kind}`]);
  return {
    ...databaseEnvironment(url),
    ...(of === 'identity'
      ? { KEY_ENCRYPTION_KEY: secrets.keyEncryptionKey, OWNER_DATABASE_URL: url('owner') }
      : {}),
    ...(of === 'payments' ? paymentProvider({ secrets, ports }) : {}),
    ...(of === 'catalog' ? { CATALOG_ADMIN_DATABASE_URL: url('admin') } : {}),
  };
}
