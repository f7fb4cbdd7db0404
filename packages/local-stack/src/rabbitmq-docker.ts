import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as compose from 'docker-compose';
import { brokerAdmin, untilBrokerAnswers } from './broker-admin.ts';
import type { BrokerPorts, BrokerProcess } from './broker-process.ts';
import { run } from './run.ts';
import { randomPassword, secretsFile } from './secrets-file.ts';

const composeFile = join(import.meta.dirname, '../../../deploy/docker-compose.yml');

/** Whether a Docker engine with the compose plugin answers; a client alone is not enough. */
export async function dockerAnswers(): Promise<boolean> {
  const [engine, plugin] = await Promise.all([
    run('docker', ['version', '--format', '{{.Server.Version}}'], { timeoutMs: 5_000 }),
    run('docker', ['compose', 'version'], { timeoutMs: 5_000 }),
  ]);
  return engine.code === 0 && engine.stdout.trim() !== '' && plugin.code === 0;
}

/** Runs the service `rabbitmq` of deploy/docker-compose.yml as a project of its own, with its data in a named volume. */
export async function startInDocker(dataDir: string, ports: BrokerPorts): Promise<BrokerProcess> {
  const folder = resolve(dataDir);
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
  const secrets = await secretsFile(join(folder, 'administrator.json'), {
    project: () =>
      `carethread-${randomPassword()
        .toLowerCase()
        .replaceAll(/[^a-z0-9]/g, '')
        .slice(0, 10)}`,
    user: () => 'carethread-administrator',
    password: randomPassword,
  });
  const options = {
    config: composeFile,
    composeOptions: ['--project-name', secrets.project],
    env: {
      ...process.env,
      RABBITMQ_PORT: String(ports.amqp),
      RABBITMQ_MANAGEMENT_PORT: String(ports.management),
      RABBITMQ_USER: secrets.user,
      RABBITMQ_PASSWORD: secrets.password,
    },
  };
  const admin = brokerAdmin({
    adminAmqpUrl: `amqp://${secrets.user}:${secrets.password}@127.0.0.1:${ports.amqp}`,
    managementUrl: `http://127.0.0.1:${ports.management}`,
  });

  async function start(): Promise<void> {
    await compose.upOne('rabbitmq', options).catch((failure: { err?: string }) => {
      throw new Error(
        `Docker could not start RabbitMQ (${failure.err?.trim().split('\n').at(-1) ?? 'no reason given'})`,
      );
    });
    // The first start may have to fetch the image, which `up` has waited for; booting takes seconds.
    if (!(await untilBrokerAnswers(admin, () => true, 90_000))) {
      throw new Error(
        `RabbitMQ in Docker did not answer. See: docker compose -p ${secrets.project} logs rabbitmq`,
      );
    }
  }

  await start();
  return {
    admin,
    adminAmqpUrl: admin.adminAmqpUrl,
    origin: 'RabbitMQ in Docker',
    pid: () => null,
    start,
    kill: async () => void (await compose.kill(options)),
    ended: () => new Promise(() => undefined),
    stop: async () => void (await compose.stopOne('rabbitmq', options)),
  };
}

/** Removes the container and its data, when this folder has one. */
export async function removeFromDocker(dataDir: string): Promise<void> {
  const text = await readFile(join(resolve(dataDir), 'administrator.json'), 'utf8').catch(() => '{}');
  const { project } = JSON.parse(text) as { project?: string };
  if (project) await run('docker', ['compose', '--project-name', project, 'down', '--volumes']);
}
