import { chmod, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { BrokerProcess } from './broker-process.ts';
import { endLeftovers } from './leftovers.ts';
import {
  databasePorts,
  provisionDatabases,
  provisionQueues,
  startPostgresIn,
  startRabbitMqIn,
  vhost,
  type StartContext,
  type Undo,
} from './platform-databases.ts';
import { compose, migrateAll, seedAll } from './platform-scripts.ts';
import { platformSecrets, type PlatformSecrets } from './platform-secrets.ts';
import type { Postgres } from './postgres.ts';
import { silent, type Progress } from './progress.ts';
import { loginUrl, type DatabaseName, type LoginKind } from './provision.ts';
import { brokerUser, type BrokerClient } from './provision-broker.ts';
import { rememberedPorts } from './remembered-ports.ts';
import { runBackwards } from './run-backwards.ts';
import { lockFolder } from './run-lock.ts';
import { together } from './together.ts';
import { serviceProcess, type ServiceProcess } from './service-process.ts';
import {
  environmentOf,
  mainOf,
  pidFileOf,
  processNames,
  runningProcesses,
  type PlatformFacts,
  type ProcessName,
} from './service-table.ts';

export interface PlatformOptions {
  /** Folder for all data, logs and secrets; made when absent. */
  readonly dataDir: string;
  /** Port of the GraphQL endpoint; without it, a free one is chosen and remembered. */
  readonly gatewayPort?: number;
  readonly progress?: Progress;
  /** Services start when this is done; a start from a fresh clone generates code meanwhile. */
  readonly sourcesReady?: Promise<unknown>;
  /** When it fires, starting is given up and what was started is ended. */
  readonly signal?: AbortSignal;
}

export interface Platform {
  /** Address of the GraphQL endpoint. */
  readonly url: string;
  readonly dataDir: string;
  readonly processes: Readonly<Record<ProcessName, ServiceProcess>>;
  readonly postgres: Postgres;
  readonly rabbitMq: BrokerProcess;
  databaseUrl(service: DatabaseName, kind: LoginKind): string;
  amqpUrl(client: BrokerClient): string;
  /** The broker administrator's address in the platform's virtual host. */
  readonly adminAmqpUrl: string;
  /** Ends everything it started, the gateway first and the databases last. Idempotent. */
  stop(): Promise<void>;
}

/** Starts the whole platform on one machine; returns when every part says it is ready. A failure leaves nothing running. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { progress = silent, sourcesReady, signal } = options;
  const dataDir = resolve(options.dataDir);
  const undo: Undo = [];
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= runBackwards(undo));

  try {
    await makeFolders(dataDir);
    const lock = await lockFolder(dataDir);
    undo.push(lock.release);
    await endLeftovers(dataDir);
    const ports = await rememberedPorts(join(dataDir, 'ports.json'), portNames);
    ports.gateway = options.gatewayPort ?? ports.gateway;
    const url = `http://localhost:${ports.gateway}/graphql`;
    await lock.announce(url);

    const secrets = await platformSecrets(join(dataDir, 'secrets.json'));
    const supergraphFolder = join(dataDir, 'supergraph');
    const context = { dataDir, ports, progress, undo };
    const [postgres, rabbitMq] = await together(
      startWithTables(context, secrets),
      startWithQueues(context, secrets),
      progress.step('one GraphQL schema', () => compose(supergraphFolder)),
    );
    await sourcesReady;
    signal?.throwIfAborted();

    const facts = { secrets, ports, supergraphFolder, dataDir, ...addresses(secrets, postgres, rabbitMq) };
    const processes = createProcesses(dataDir, facts, progress);
    const { gateway, ...services } = processes;
    undo.push(() => Promise.all(Object.values(services).map((service) => service.stop())));
    undo.push(() => gateway.stop());
    // Ends the wait for a process that does not become ready.
    signal?.addEventListener('abort', () => void stop());
    await Promise.all([
      ...runningProcesses().map((name) => progress.step(name, () => startAndWait(processes[name]))),
      seedAll(facts, progress),
    ]);
    signal?.throwIfAborted();

    const adminAmqpUrl = rabbitMq.admin?.adminUrlIn(vhost) ?? rabbitMq.adminAmqpUrl;
    const { databaseUrl, amqpUrl } = facts;
    return { url, dataDir, processes, postgres, rabbitMq, databaseUrl, amqpUrl, adminAmqpUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const portNames = [...databasePorts, ...processNames] as const;

async function makeFolders(dataDir: string): Promise<void> {
  await mkdir(join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
  await mkdir(join(dataDir, 'run'), { recursive: true, mode: 0o700 });
  // As root, PostgreSQL runs as another user, who has to pass through; the secrets inside have modes of their own.
  await chmod(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700);
}

async function startWithTables(context: StartContext, secrets: PlatformSecrets): Promise<Postgres> {
  const postgres = await startPostgresIn(context);
  await context.progress.step('databases and tables', async () => {
    await provisionDatabases(postgres, secrets);
    await migrateAll((name) => databaseUrl(postgres, secrets, name, 'owner'));
  });
  return postgres;
}

async function startWithQueues(context: StartContext, secrets: PlatformSecrets): Promise<BrokerProcess> {
  const rabbitMq = await startRabbitMqIn(context);
  await context.progress.step('queues and their users', () => provisionQueues(rabbitMq, secrets));
  return rabbitMq;
}

const databaseUrl = (
  { adminUrl }: Postgres,
  secrets: PlatformSecrets,
  service: DatabaseName,
  kind: LoginKind,
): string => loginUrl(adminUrl, service, kind, secrets[`database:${service}_${kind}`]);

const addresses = (secrets: PlatformSecrets, postgres: Postgres, rabbitMq: BrokerProcess) => ({
  databaseUrl: (service: DatabaseName, kind: LoginKind) => databaseUrl(postgres, secrets, service, kind),
  amqpUrl: (client: BrokerClient) =>
    rabbitMq.admin?.amqpUrl({ user: brokerUser(client), password: secrets[`broker:${client}`], vhost }) ??
    rabbitMq.adminAmqpUrl,
});

function createProcesses(
  dataDir: string,
  facts: PlatformFacts,
  { note }: Progress,
): Record<ProcessName, ServiceProcess> {
  const entries = processNames.map((name) => [
    name,
    serviceProcess({
      name,
      main: mainOf(name),
      url: `http://127.0.0.1:${facts.ports[name]}`,
      env: environmentOf(name, facts),
      logFile: join(dataDir, 'logs', `${name}.log`),
      pidFile: pidFileOf(dataDir, name),
      note,
    }),
  ]);
  return Object.fromEntries(entries) as Record<ProcessName, ServiceProcess>;
}

async function startAndWait(process: ServiceProcess): Promise<void> {
  await process.start();
  await process.untilReady();
}
