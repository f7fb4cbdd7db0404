import { serviceNames } from '@carethread/contracts/define-event.ts';
import { join } from 'node:path';
import type { PlatformSecrets } from './platform-secrets.ts';
import type { DatabaseName, LoginKind } from './provision.ts';
import type { BrokerClient } from './provision-broker.ts';

export const repository = join(import.meta.dirname, '../../..');

/** Every process of the platform; the gateway is the one people talk to, `flaky` stands in for a payment provider. */
export const processNames = [...serviceNames, 'flaky', 'gateway'] as const;
export type ProcessName = (typeof processNames)[number];

/** Whether payments go to Stripe; without its key they go to the simulator, which takes no money. */
export const usesStripe = (env = process.env): boolean => Boolean(env['STRIPE_SECRET_KEY']);

/** The processes that run: the simulator only where nothing else is the payment provider. */
export const runningProcesses = (env = process.env): readonly ProcessName[] =>
  processNames.filter((name) => name !== 'flaky' || !usesStripe(env));

/** What a process may need to know about the others. */
export interface PlatformFacts {
  readonly secrets: PlatformSecrets;
  readonly ports: Readonly<Record<ProcessName, number>>;
  readonly supergraphFolder: string;
  readonly dataDir: string;
  databaseUrl(service: DatabaseName, kind: LoginKind): string;
  amqpUrl(client: BrokerClient): string;
}

interface ProcessSetup {
  readonly folder: string;
  /** What is run, if it is not the folder's own src/main.ts. */
  readonly main?: string;
  /** Settings that only this process has. */
  readonly env: (facts: PlatformFacts) => NodeJS.ProcessEnv;
}

const providerSecrets = ({ secrets }: Pick<PlatformFacts, 'secrets'>) => ({
  PROVIDER_API_KEY: secrets.providerApiKey,
  PROVIDER_WEBHOOK_SECRET: secrets.providerWebhookSecret,
});

/** Who takes the money: Stripe where its keys are given, the simulator otherwise. */
export function paymentProvider(
  facts: Pick<PlatformFacts, 'secrets' | 'ports'>,
  env = process.env,
): NodeJS.ProcessEnv {
  if (!usesStripe(env))
    return { PAYMENT_PROVIDER: 'flaky', PROVIDER_URL: baseUrl(facts, 'flaky'), ...providerSecrets(facts) };
  return {
    PAYMENT_PROVIDER: 'stripe',
    PROVIDER_URL: undefined,
    PROVIDER_API_KEY: env['STRIPE_SECRET_KEY'],
    PROVIDER_WEBHOOK_SECRET: env['STRIPE_WEBHOOK_SECRET'],
  };
}

const baseUrl = ({ ports }: Pick<PlatformFacts, 'ports'>, name: ProcessName) =>
  `http://127.0.0.1:${ports[name]}`;

const table: Record<ProcessName, ProcessSetup> = {
  identity: {
    folder: 'services/identity',
    env: ({ secrets, ports }) => ({
      ISSUER: 'carethread',
      KEY_ENCRYPTION_KEY: secrets.keyEncryptionKey,
      TOKEN_ENDPOINT_URL: `http://localhost:${ports.gateway}/oauth/token`,
      PASSKEY_ORIGINS: `http://localhost:${ports.gateway}`,
    }),
  },
  tickets: {
    folder: 'services/tickets',
    env: ({ secrets }) => ({ CLAIM_SIGNING_KEY: secrets.claimSigningKey }),
  },
  messaging: { folder: 'services/messaging', env: () => ({}) },
  prescriptions: {
    folder: 'services/prescriptions',
    env: (facts) => ({
      CLAIM_JWKS_URL: `${baseUrl(facts, 'tickets')}/.well-known/claim-jwks.json`,
      DOCUMENT_NAMES_URL: `${baseUrl(facts, 'gateway')}/internal/document-names`,
      DOCUMENT_SIGNING_KEY: facts.secrets.documentSigningKey,
      PUBLIC_URL: process.env['PUBLIC_URL'] ?? `http://localhost:${facts.ports.gateway}`,
    }),
  },
  catalog: {
    folder: 'services/catalog',
    // Requests and events cannot write the reference data; the task that publishes a release can.
    env: (facts) => ({ CATALOG_ADMIN_DATABASE_URL: facts.databaseUrl('catalog', 'admin') }),
  },
  payments: { folder: 'services/payments', env: (facts) => paymentProvider(facts) },
  flaky: {
    folder: 'services/payments',
    main: 'src/simulator/main.ts',
    env: (facts) => ({
      ...providerSecrets(facts),
      WEBHOOK_URL: `${baseUrl(facts, 'payments')}/webhooks/flaky`,
      BOOKS_FILE: join(facts.dataDir, 'flaky-books.jsonl'),
    }),
  },
  gateway: {
    folder: 'gateway',
    env: (facts) => ({
      INTERNAL_SIGNING_KEY: facts.secrets.gatewaySigningKey,
      RATE_DATABASE_URL: facts.databaseUrl('gateway', 'app'),
      IDENTITY_JWKS_URL: `${baseUrl(facts, 'identity')}/.well-known/jwks.json`,
      SUPERGRAPH_FILE: join(facts.supergraphFolder, 'supergraph.graphql'),
      INTERNAL_SUPERGRAPH_FILE: join(facts.supergraphFolder, 'internal-supergraph.graphql'),
      SUBGRAPH_URLS: serviceNames.map((name) => `${name}=${baseUrl(facts, name)}/graphql`).join(','),
    }),
  },
};

export const folderOf = (name: ProcessName) => join(repository, table[name].folder);

/** What is run for a process. */
export const mainOf = (name: ProcessName) => join(folderOf(name), table[name].main ?? 'src/main.ts');

/** Holds its process number while it runs. */
export const pidFileOf = (dataDir: string, name: ProcessName) => join(dataDir, 'run', `${name}.pid`);

/** How a service is told where its database is, one login each. */
export const databaseEnvironment = (url: (kind: LoginKind) => string) => ({
  DATABASE_URL: url('app'),
  WORKER_DATABASE_URL: url('worker'),
  RELAY_DATABASE_URL: url('relay'),
});

/** The whole environment of a process: ours over the user's, so that LOG_LEVEL and the like can be set for all. */
export function environmentOf(name: ProcessName, facts: PlatformFacts): NodeJS.ProcessEnv {
  const shared: NodeJS.ProcessEnv = {
    // A shell may hold another meaning of HOST.
    HOST: '127.0.0.1',
    PORT: String(facts.ports[name]),
    APOLLO_TELEMETRY_DISABLED: '1',
    // The start script and the tests hold administrators' passwords; a service gets its own only.
    CARETHREAD_TEST_STACK: undefined,
    RABBITMQ_MANAGEMENT_URL: undefined,
    AMQP_URL: undefined,
    STRIPE_SECRET_KEY: undefined,
    STRIPE_WEBHOOK_SECRET: undefined,
  };
  const broker = name === 'flaky' ? {} : { AMQP_URL: facts.amqpUrl(name) };
  const database: NodeJS.ProcessEnv =
    name === 'gateway' || name === 'flaky'
      ? {}
      : {
          ...databaseEnvironment((kind) => facts.databaseUrl(name, kind)),
          GATEWAY_JWKS_URL: `${baseUrl(facts, 'gateway')}/.well-known/internal-jwks.json`,
        };
  return { ...process.env, ...shared, ...broker, ...database, ...table[name].env(facts) };
}
