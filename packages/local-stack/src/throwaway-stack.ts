import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  databasePorts,
  startPostgresIn,
  startRabbitMqIn,
  type Databases,
  type Undo,
} from './platform-databases.ts';
import { endPostgresLeftover } from './postgres.ts';
import { silent } from './progress.ts';
import { databaseNames, passwordsForAll, provisionDatabase } from './provision.ts';
import { brokerClients, createBrokerUsers, type BrokerPasswords } from './provision-broker.ts';
import { removeFromDocker } from './rabbitmq-docker.ts';
import { endNodeLeftover } from './rabbitmq-node.ts';
import { rememberedPorts } from './remembered-ports.ts';
import { runBackwards } from './run-backwards.ts';
import { isAbandoned, lockFolder } from './run-lock.ts';
import { randomPassword } from './secrets-file.ts';
import { together } from './together.ts';
import type { TestStack } from './test-stack.ts';

export interface ThrowawayStack extends Databases {
  readonly stack: TestStack;
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
  const undo: Undo = [
    () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
    () => removeFromDocker(join(folder, 'rabbitmq')),
  ];
  try {
    // PostgreSQL's own user has to pass through when we are root.
    await chmod(folder, 0o711);
    await lockFolder(folder);
    const ports = await rememberedPorts(join(folder, 'ports.json'), databasePorts);
    const context = { dataDir: folder, ports, progress: { ...silent, note: say }, undo };
    const [postgres, rabbitMq] = await together(startPostgresIn(context), startRabbitMqIn(context));
    const databases = { postgres, rabbitMq };
    return {
      ...databases,
      stack: await createAccounts(databases),
      // The broker need not end in order, as nobody will read its data.
      dispose: async () => {
        await databases.rabbitMq.kill();
        await runBackwards(undo);
      },
    };
  } catch (error) {
    await runBackwards(undo);
    throw error;
  }
}

async function createAccounts({ postgres, rabbitMq }: Databases): Promise<TestStack> {
  const { adminUrl } = postgres;
  const broker = rabbitMq.admin;
  if (!broker) {
    throw new Error('Tests need the management API of the broker in AMQP_URL: set RABBITMQ_MANAGEMENT_URL.');
  }
  const databasePasswords = passwordsForAll(randomPassword);
  const brokerPasswords = Object.fromEntries(
    brokerClients.map((name) => [name, randomPassword()]),
  ) as BrokerPasswords;
  await Promise.all([
    createBrokerUsers(broker, brokerPasswords),
    ...databaseNames.map((service) => provisionDatabase(adminUrl, service, databasePasswords[service])),
  ]);
  const { adminAmqpUrl, managementUrl } = broker;
  return { adminUrl, adminAmqpUrl, managementUrl, databasePasswords, brokerPasswords };
}

/** Ends and removes the stacks of test runs that were killed and could not clean up. */
async function sweepAbandoned(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  for (const folder of names.map((name) => join(tmpdir(), name))) {
    if (!(await isAbandoned(folder))) continue;
    await endPostgresLeftover(join(folder, 'postgres'));
    await endNodeLeftover(join(folder, 'rabbitmq'));
    await removeFromDocker(join(folder, 'rabbitmq'));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
