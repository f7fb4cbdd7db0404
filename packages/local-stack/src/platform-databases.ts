import { serviceNames, type ServiceName } from '@carethread/contracts/define-event.ts';
import { join } from 'node:path';
import type { BrokerPorts, BrokerProcess } from './broker-process.ts';
import type { PlatformSecrets } from './platform-secrets.ts';
import { startPostgres, type Postgres } from './postgres.ts';
import type { Progress } from './progress.ts';
import { loginKinds, provisionDatabase, type LoginPasswords } from './provision.ts';
import { brokerClients, declareTopology, provisionBroker, type BrokerPasswords } from './provision-broker.ts';
import { startRabbitMq } from './rabbitmq.ts';

export interface Databases {
  readonly postgres: Postgres;
  readonly rabbitMq: BrokerProcess;
}

export const databasePorts = ['postgres', 'amqp', 'management', 'distribution'] as const;

/** The platform's virtual host. */
export const vhost = 'carethread';

/**
 * Starts PostgreSQL and RabbitMQ side by side. `undo` gets what stops them as soon as there is something to stop, also
 * when one of the two failed.
 */
export async function startDatabases(
  dataDir: string,
  ports: BrokerPorts & { readonly postgres: number },
  progress: Progress,
  undo: (() => Promise<unknown>)[],
): Promise<Databases> {
  const { note: say } = progress;
  const [postgres, rabbitMq] = await Promise.allSettled([
    progress.step('PostgreSQL', () =>
      startPostgres({ dataDir: join(dataDir, 'postgres'), port: ports.postgres, say }),
    ),
    progress.step('RabbitMQ', () => startRabbitMq({ dataDir: join(dataDir, 'rabbitmq'), ports, say })),
  ]);
  undo.push(() =>
    Promise.all([postgres, rabbitMq].flatMap((it) => (it.status === 'fulfilled' ? [it.value.stop()] : []))),
  );
  if (postgres.status === 'rejected') throw postgres.reason;
  if (rabbitMq.status === 'rejected') throw rabbitMq.reason;
  return { postgres: postgres.value, rabbitMq: rabbitMq.value };
}

/** Makes every database, virtual host, queue, user and permission, or brings existing ones up to date. */
export async function provision({ postgres, rabbitMq }: Databases, secrets: PlatformSecrets): Promise<void> {
  const databasePasswords = (service: ServiceName) =>
    Object.fromEntries(
      loginKinds.map((kind) => [kind, secrets[`database:${service}_${kind}`]]),
    ) as LoginPasswords;
  const brokerPasswords = Object.fromEntries(
    brokerClients.map((client) => [client, secrets[`broker:${client}`]]),
  ) as BrokerPasswords;
  await Promise.all([
    rabbitMq.admin
      ? provisionBroker(rabbitMq.admin, vhost, brokerPasswords)
      : declareTopology(rabbitMq.adminAmqpUrl),
    ...serviceNames.map((service) =>
      provisionDatabase(postgres.adminUrl, service, databasePasswords(service)),
    ),
  ]);
}
