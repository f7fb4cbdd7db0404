import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-port.ts';
import { endPostgresLeftover, startPostgres } from './postgres.ts';
import type { Postgres } from './postgres.ts';
import { passwordsForAll, provisionDatabase } from './provision.ts';
import { brokerClients, createBrokerUsers } from './provision-broker.ts';
import type { BrokerPasswords } from './provision-broker.ts';
import { endNodeLeftover } from './rabbitmq-node.ts';
import { startRabbitMq } from './rabbitmq.ts';
import type { BrokerProcess } from './broker-process.ts';
import { isAbandoned, lockFolder } from './run-lock.ts';
import { randomPassword } from './secrets-file.ts';
import { serviceNames } from '@carethread/contracts/define-event.ts';
import type { TestStack } from './test-stack.ts';

export interface ThrowawayStack {
  readonly stack: TestStack;
  readonly postgres: Postgres;
  readonly rabbitMq: BrokerProcess;
  /** Stops both and removes their data. */
  dispose(): Promise<void>;
}

const prefix = 'carethread-test-';

/** PostgreSQL and RabbitMQ in a temporary folder, on free ports, with all roles and users and no data. */
export async function startThrowawayStack(
  say: (line: string) => void = () => undefined,
): Promise<ThrowawayStack> {
  await sweepAbandoned();
  const folder = await mkdtemp(join(tmpdir(), prefix));
  // PostgreSQL's own user has to pass through when we are root.
  await chmod(folder, 0o711);
  await lockFolder(folder);
  const started: { postgres?: Postgres; rabbitMq?: BrokerProcess } = {};
  const dispose = async () => {
    // The broker need not end in order, as nobody will read its data; PostgreSQL must, or its shared memory stays behind.
    await Promise.allSettled([started.postgres?.stop(), started.rabbitMq?.kill()]);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const [database, client, management, distribution] = (await freePorts(4)) as [
      number,
      number,
      number,
      number,
    ];
    const [postgres, rabbitMq] = await Promise.all([
      startPostgres({ dataDir: join(folder, 'postgres'), port: database, say }).then(
        (it) => (started.postgres = it),
      ),
      startRabbitMq({
        dataDir: join(folder, 'rabbitmq'),
        ports: { amqp: client, management, distribution },
        say,
      }).then((it) => (started.rabbitMq = it)),
    ]);
    const broker = rabbitMq.admin;
    if (!broker)
      throw new Error(
        'Tests need the management API of the broker in AMQP_URL: set RABBITMQ_MANAGEMENT_URL.',
      );
    const databasePasswords = passwordsForAll(randomPassword);
    const brokerPasswords = Object.fromEntries(
      brokerClients.map((name) => [name, randomPassword()]),
    ) as unknown as BrokerPasswords;
    await Promise.all([
      createBrokerUsers(broker, brokerPasswords),
      ...serviceNames.map((service) =>
        provisionDatabase(postgres.adminUrl, service, databasePasswords[service]),
      ),
    ]);
    const { adminAmqpUrl, managementUrl } = broker;
    const stack = {
      adminUrl: postgres.adminUrl,
      adminAmqpUrl,
      managementUrl,
      databasePasswords,
      brokerPasswords,
    };
    return { stack, postgres, rabbitMq, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Ends and removes the stacks of test runs that were killed and could not clean up. */
async function sweepAbandoned(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  for (const folder of names.map((name) => join(tmpdir(), name))) {
    if (!(await isAbandoned(folder))) continue;
    await endPostgresLeftover(join(folder, 'postgres'));
    await endNodeLeftover(join(folder, 'rabbitmq'));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
