import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import amqp from 'amqplib';
import { setTimeout as wait } from 'node:timers/promises';
import { endLeftover, logTail, startInBackground } from './background-process.ts';
import type { BackgroundProcess } from './background-process.ts';
import { brokerAdmin, untilBrokerAnswers } from './broker-admin.ts';
import type { BrokerPorts, BrokerProcess } from './broker-process.ts';
import { randomPassword, secretsFile } from './secrets-file.ts';

// RabbitMQ closes its files within tens of milliseconds, but its management agent (3.10) then holds the process for
// 6 s. Cutting that short loses nothing: what a quorum queue confirmed is synced, and the names of new queues, which are
// written half a second late, are written by then.
const shutdown = [
  ['SIGTERM', 2_000],
  ['SIGKILL', 3_000],
] as const;

/** The start script of an installed RabbitMQ, or null. */
export function installedServer(): string | null {
  const folders = [
    // Before the PATH: Debian's /usr/sbin/rabbitmq-server switches to the system user rabbitmq, who cannot write our folder.
    '/usr/lib/rabbitmq/bin',
    '/opt/homebrew/opt/rabbitmq/sbin',
    '/usr/local/opt/rabbitmq/sbin',
    '/opt/rabbitmq/sbin',
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  if (process.platform === 'win32') return null;
  return folders.map((folder) => join(folder, 'rabbitmq-server')).find((path) => existsSync(path)) ?? null;
}

/**
 * Runs the installed RabbitMQ as a node of its own: own name, ports, cookie, data and users, loopback only. It never
 * joins or touches another node. Erlang's port mapper (epmd) is shared by all nodes of a machine and stays running.
 */
export async function startPrivateNode(
  script: string,
  dataDir: string,
  ports: BrokerPorts,
): Promise<BrokerProcess> {
  const folder = resolve(dataDir);
  const logFile = join(folder, 'rabbitmq.log');
  const pidFile = join(folder, 'rabbitmq.pid');
  await mkdir(join(folder, 'home'), { recursive: true });
  await chmod(folder, 0o700);
  const secrets = await secretsFile(join(folder, 'administrator.json'), {
    // The name is kept, not derived from the path: data belongs to a node name, and folders get moved.
    node: () =>
      `carethread-${randomPassword()
        .replaceAll(/[^a-z0-9]/gi, '')
        .slice(0, 10)}@localhost`,
    user: () => 'carethread-administrator',
    password: randomPassword,
  });
  await writeFile(join(folder, 'plugins'), '[rabbitmq_management].\n');
  await writeFile(join(folder, 'rabbitmq.conf'), configuration(ports, secrets), { mode: 0o600 });
  await writeFile(join(folder, 'environment.conf'), '');
  await endLeftover(pidFile, secrets.node, shutdown);

  const admin = brokerAdmin({
    adminAmqpUrl: `amqp://${secrets.user}:${secrets.password}@127.0.0.1:${ports.amqp}`,
    managementUrl: `http://127.0.0.1:${ports.management}`,
  });
  let server: BackgroundProcess | null = null;

  async function start(): Promise<void> {
    if (server?.running()) return;
    const started = await startInBackground({
      command: script,
      args: [],
      env: environment(folder, secrets.node, ports),
      cwd: folder,
      logFile,
      pidFile,
    });
    server = started;
    const ready =
      (await untilBrokerAnswers(admin, started.running, 180_000)) &&
      (await acceptsClients(admin.adminAmqpUrl, started));
    if (!ready) throw new Error(`RabbitMQ did not come up. The end of ${logFile}:\n${logTail(logFile, 12)}`);
  }

  await start();
  return {
    admin,
    adminAmqpUrl: admin.adminAmqpUrl,
    origin: `private RabbitMQ node (${script})`,
    pid: () => server?.pid ?? null,
    start,
    kill: async () => server?.end([['SIGKILL', 5_000]]),
    stop: async () => server?.end(shutdown),
    ended: () => server?.ended ?? Promise.resolve('not started'),
  };
}

/** Ends a node that a killed run left behind on this folder. */
export async function endNodeLeftover(dataDir: string): Promise<void> {
  const folder = resolve(dataDir);
  const text = await readFile(join(folder, 'administrator.json'), 'utf8').catch(() => '{}');
  const { node } = JSON.parse(text) as { node?: string };
  if (node) await endLeftover(join(folder, 'rabbitmq.pid'), node, shutdown);
}

/** Whether a private node kept its queues in this folder before. */
export const hasNodeData = (dataDir: string) => existsSync(join(resolve(dataDir), 'data'));

const configuration = (ports: BrokerPorts, secrets: { user: string; password: string }) =>
  [
    `listeners.tcp.1 = 127.0.0.1:${ports.amqp}`,
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${ports.management}`,
    // Replaces the well-known guest/guest, which then never exists.
    `default_user = ${secrets.user}`,
    `default_pass = ${secrets.password}`,
    'default_user_tags.administrator = true',
    'log.console.level = warning',
    // Half a gigabyte by default, which a throw-away broker on a small disk does not have.
    'raft.wal_max_size_bytes = 67108864',
    '',
  ].join('\n');

function environment(folder: string, node: string, ports: BrokerPorts): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(RABBITMQ|ERL)_/.test(name));
  return {
    ...Object.fromEntries(inherited),
    HOME: join(folder, 'home'),
    RABBITMQ_NODENAME: node,
    RABBITMQ_NODE_PORT: String(ports.amqp),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: folder,
    RABBITMQ_LOGS: '-',
    RABBITMQ_PID_FILE: join(folder, 'node.pid'),
    RABBITMQ_GENERATED_CONFIG_DIR: join(folder, 'generated'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
    // The machine's own settings in /etc/rabbitmq are for the machine's own node.
    RABBITMQ_CONFIG_FILES: join(folder, 'conf.d'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'advanced.config'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'environment.conf'),
    // Lets the script become the Erlang machine instead of staying as its parent, so our process number is the node's.
    RABBITMQ_ALLOW_INPUT: '1',
    // The last flag lets a later run recognise this process.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-noinput -kernel inet_dist_use_interface {127,0,0,1} -carethread ${node}`,
    ERL_EPMD_ADDRESS: '127.0.0.1',
  };
}

async function acceptsClients(url: string, server: BackgroundProcess): Promise<boolean> {
  // The management API answers a moment before the AMQP listener does.
  for (let attempt = 0; attempt < 200 && server.running(); attempt += 1) {
    try {
      const connection = await amqp.connect(url, { noDelay: true, timeout: 5_000 });
      await connection.close();
      return true;
    } catch {
      await wait(50);
    }
  }
  return false;
}
