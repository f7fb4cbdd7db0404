import { brokerAdmin } from './broker-admin.ts';
import type { BrokerPorts, BrokerProcess } from './broker-process.ts';
import { canInstall, installAdvice, installRabbitMq } from './install-rabbitmq.ts';
import { dockerAnswers, startInDocker } from './rabbitmq-docker.ts';
import { hasNodeData, installedServer, startPrivateNode } from './rabbitmq-node.ts';

export interface RabbitMqOptions {
  /** Folder for everything that belongs to this broker; made when absent. */
  readonly dataDir: string;
  readonly ports: BrokerPorts;
  readonly say?: (line: string) => void;
  /** Read for AMQP_URL and RABBITMQ_MANAGEMENT_URL. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Finds or starts a RabbitMQ, in this order: the broker that AMQP_URL names, Docker, an installed RabbitMQ run as a
 * private node, the system's package where we may install it. Throws one sentence on what to do when none is possible.
 */
export async function startRabbitMq(options: RabbitMqOptions): Promise<BrokerProcess> {
  const { dataDir, ports, say = () => undefined, env = process.env } = options;
  const given = env['AMQP_URL'];
  if (given) return givenBroker(given, env['RABBITMQ_MANAGEMENT_URL']);
  // Queues stay where they are: a Docker that came later does not take over from a node that has messages.
  const keepNode = hasNodeData(dataDir) && installedServer() !== null;
  if (!keepNode && (await dockerAnswers())) {
    try {
      return await startInDocker(dataDir, ports);
    } catch (error) {
      say(`${(error as Error).message}; trying without Docker`);
    }
  }
  if (!installedServer()) {
    if (!canInstall()) throw new Error(installAdvice());
    await installRabbitMq(say);
  }
  const script = installedServer();
  if (!script) throw new Error(installAdvice());
  return startPrivateNode(script, dataDir, ports);
}

async function givenBroker(adminAmqpUrl: string, management: string | undefined): Promise<BrokerProcess> {
  const guess = `http://${new URL(adminAmqpUrl).hostname}:15672`;
  const admin = brokerAdmin({ adminAmqpUrl, managementUrl: management ?? guess });
  const answers = await admin.answers();
  if (management && !answers) {
    throw new Error(`RABBITMQ_MANAGEMENT_URL (${management}) does not answer the account in AMQP_URL.`);
  }
  const nothing = () => Promise.resolve();
  return {
    admin: answers ? admin : null,
    adminAmqpUrl,
    origin: `the broker in AMQP_URL (${new URL(adminAmqpUrl).host})`,
    pid: () => null,
    start: nothing,
    kill: nothing,
    stop: nothing,
    ended: () => new Promise(() => undefined),
  };
}
