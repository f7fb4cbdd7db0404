import { brokerAdmin } from './broker-admin.ts';
import type { BrokerAdmin } from './broker-admin.ts';
import { canInstall, installAdvice, installRabbitMq } from './install-rabbitmq.ts';
import { dockerAnswers, startInDocker } from './rabbitmq-docker.ts';
import { installedServer, startPrivateNode } from './rabbitmq-node.ts';
import type { NodePorts } from './rabbitmq-node.ts';

/** A broker we use: one we run, or one somebody gave us. */
export interface BrokerProcess {
  /** Null for a given broker whose management API does not answer: then its account is used as it is. */
  readonly admin: BrokerAdmin | null;
  readonly adminAmqpUrl: string;
  /** Where it came from, for people. */
  readonly origin: string;
  /** Process number of the broker when it is a process of this machine. */
  readonly pid: () => number | null;
  /** Starts it again on the same data and ports; does nothing while it runs, and nothing to a given broker. */
  start(): Promise<void>;
  /** SIGKILL, as a crash would; nothing to a given broker. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface RabbitMqOptions {
  /** Folder for everything that belongs to this broker; made when absent. */
  readonly dataDir: string;
  readonly ports: NodePorts;
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
  if (await dockerAnswers()) return startInDocker(dataDir, ports);
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
  };
}
