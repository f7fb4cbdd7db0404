import { join } from 'node:path';
import type { BrokerProcess } from './broker-process.ts';
import type { PlatformSecrets } from './platform-secrets.ts';
import { startPostgres, type Postgres } from './postgres.ts';
import type { Progress } from './progress.ts';
import { databaseNames, loginKinds, provisionDatabase } from './provision.ts';
import type { DatabaseName, LoginPasswords } from './provision.ts';
import { brokerClients, declareTopology, provisionBroker, type BrokerPasswords } from './provision-broker.ts';
import { startRabbitMq } from './rabbitmq.ts';

export interface Databases {
  readonly postgres: Postgres;
  readonly rabbitMq: BrokerProcess;
}

export const databasePorts = ['postgres', 'amqp', 'management', 'distribution'] as const;

/** The platform's virtual host. */
export const vhost = 'carethread';

/** What undoes the start so far, the last step at the end. */
export type Undo = (() => Promise<unknown>)[];

/** Where and how to start. */
export interface StartContext {
  readonly dataDir: string;
  readonly ports: Readonly<Record<(typeof databasePorts)[number], number>>;
  readonly progress: Progress;
  readonly undo: Undo;
}

export async function startPostgresIn({ dataDir, ports, progress, undo }: StartContext): Promise<Postgres> {
  const { note: say } = progress;
  const postgres = await progress.step('PostgreSQL', () =>
    startPostgres({ dataDir: join(dataDir, 'postgres'), port: ports.postgres, say }),
  );
  undo.push(postgres.stop);
  return postgres;
}

export async function startRabbitMqIn({
  dataDir,
  ports,
  progress,
  undo,
}: StartContext): Promise<BrokerProcess> {
  const { note: say } = progress;
  const rabbitMq = await progress.step('RabbitMQ', () =>
    startRabbitMq({ dataDir: join(dataDir, 'rabbitmq'), ports, say }),
  );
  undo.push(rabbitMq.stop);
  return rabbitMq;
}

/** Makes every database with its logins, or brings existing ones up to date. */
export async function provisionDatabases(postgres: Postgres, secrets: PlatformSecrets): Promise<void> {
  const passwordsOf = (service: DatabaseName) =>
    Object.fromEntries(
      loginKinds.map((kind) => [kind, secrets[`database:${service}_${kind}`]]),
    ) as LoginPasswords;
  await Promise.all(
    databaseNames.map((service) => provisionDatabase(postgres.adminUrl, service, passwordsOf(service))),
  );
}

/** Makes virtual host, queues, users and permissions; at a broker that we may not administer, the queues alone. */
export async function provisionQueues(rabbitMq: BrokerProcess, secrets: PlatformSecrets): Promise<void> {
  if (!rabbitMq.admin) return declareTopology(rabbitMq.adminAmqpUrl);
  const passwords = Object.fromEntries(brokerClients.map((client) => [client, secrets[`broker:${client}`]]));
  await provisionBroker(rabbitMq.admin, vhost, passwords as BrokerPasswords);
}
