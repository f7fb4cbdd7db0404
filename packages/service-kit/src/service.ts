import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startConsumer, type Consumer } from '@carethread/bus/consumer.ts';
import type { Handlers } from '@carethread/bus/handlers.ts';
import { startRelay, type Relay } from '@carethread/bus/relay.ts';
import type { TaskHandlers } from '@carethread/bus/task-handlers.ts';
import { startTaskWorker, type TaskWorker } from '@carethread/bus/task-worker.ts';
import type { ServiceName } from '@carethread/contracts/define-event.ts';
import express, { type Express } from 'express';
import type { GraphQLSchema } from 'graphql';
import { accessWriter, type AccessWriter } from './audit/access-writer.ts';
import { auditReads } from './audit/audit-reads.ts';
import type { AuditedTypes } from './audit/personal-types.ts';
import type { Alongside } from './audit/seal-accesses.ts';
import { type Sealer, startSealer } from './audit/sealer.ts';
import { observeBus } from './bus-metrics.ts';
import type { ServiceConfig } from './config.ts';
import { openDatabase, type Database } from './database.ts';
import { type GraphqlEndpoint, graphqlEndpoint } from './graphql-endpoint.ts';
import { readinessOf } from './health.ts';
import { internalTokenVerifier } from './internal-token.ts';
import { createLog, type Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { readBody } from './read-body.ts';
import type { RequestContext } from './subgraph.ts';

export interface ServiceParts<Name extends ServiceName> {
  schema: GraphQLSchema;
  /** What each type of the schema is to the audit of reads. */
  audited: AuditedTypes;
  /** What it does itself about what its audit has sealed. */
  whenSealed?: Alongside;
  /** Adds what the service's resolvers need (loaders, stores) to each request's context. */
  context?: (request: RequestContext) => RequestContext;
  /** What the service does about every event type it subscribes to. */
  events: Handlers<Name>;
  /** What it does when a task of each kind is due. */
  tasks?: TaskHandlers;
  /** Further HTTP routes, such as a key set. What they show of people they write with `accesses` before it leaves. */
  routes?: (app: Express, accesses: AccessWriter) => void;
  /** Runs before the service is ready and before its first event; retried until it succeeds or the service stops. */
  prepare?: () => Promise<void>;
}

export interface ServiceFoundation {
  database: Database;
  log: Log;
  metrics: Metrics;
  /** The time, for decisions and timers alike. */
  now: () => Date;
}

export interface Service {
  /** The port it listens on; of use when the configured one is 0. */
  readonly port: number;
  readonly database: Database;
  start(): Promise<void>;
  /** Until nothing is left to do: outbox published, queue empty, due tasks done. For tests. */
  drain(): Promise<void>;
  /** Idempotent: finishes what is in hand, at most some seconds. */
  stop(): Promise<void>;
}

/** Bytes of a request; the gateway takes less from outside. */
const longestBody = 1_048_576;

/**
 * One service: GraphQL endpoint, health, metrics, relay, consumer and tasks around its own database. It starts whatever
 * else is down, says so in /health/ready, and recovers by itself.
 */
export function createService<Name extends ServiceName>(
  name: Name,
  config: ServiceConfig,
  build: (foundation: ServiceFoundation) => ServiceParts<Name>,
  { now = () => new Date() }: { now?: () => Date } = {},
): Service {
  const log = createLog(name, config.LOG_LEVEL);
  const metrics = createMetrics(name);
  let relay: Relay | undefined;
  let consumer: Consumer | undefined;
  let tasks: TaskWorker | undefined;
  let sealer: Sealer | undefined;
  const wake = () => {
    relay?.poke();
    tasks?.poke();
  };
  const database = openDatabase({
    appUrl: config.DATABASE_URL,
    workerUrl: config.WORKER_DATABASE_URL,
    poolSize: config.DATABASE_POOL,
    onWake: wake,
    onError: (error) => log.warn({ error }, 'database connection lost'),
  });
  const parts = build({ database, log, metrics, now });
  let server: Server | undefined;
  let stopped: Promise<void> | undefined;
  const stopping = new AbortController();

  const { patientIn } = parts.audited;
  const accesses = accessWriter(database.accesses, {
    ...(patientIn && { patientIn }),
    onError: (error) => log.error({ error }, 'what was shown could not be put on record'),
  });
  const graphql = graphqlEndpoint({
    schema: auditReads(parts.schema, parts.audited.types),
    accesses,
    verify: internalTokenVerifier({ jwksUrl: config.GATEWAY_JWKS_URL, audience: name, log }),
    context: parts.context ?? ((request) => request),
    log,
    metrics,
  });
  const app = express().disable('x-powered-by').disable('etag');
  app.get('/health/live', (_, response) => void response.json({ live: true }));
  app.get('/health/ready', async (_, response) => {
    const readiness = relay && consumer && (await readinessOf({ database, relay, consumer }));
    response.status(readiness?.ready ? 200 : 503).json(readiness ?? { ready: false });
  });
  app.get('/metrics', async (_, response) => {
    response.type(metrics.registry.contentType).send(await metrics.text());
  });
  parts.routes?.(app, accesses);

  return {
    database,
    get port() {
      return (server?.address() as AddressInfo | null)?.port ?? config.PORT;
    },
    async start() {
      const observe = observeBus(metrics);
      const shared = { service: name, log, observe, amqpUrl: config.AMQP_URL };
      // The one route that every click takes a few times does without express.
      server = createServer((request, response) => {
        if (request.method !== 'POST' || request.url !== '/graphql') return void app(request, response);
        void answerGraphql(graphql, request, response);
      });
      // Longer than a load balancer's idle time, so that it is never us who closes a connection it is about to use.
      server.keepAliveTimeout = 65_000;
      await new Promise<void>((resolve, reject) => {
        server!.once('error', reject).listen(config.PORT, config.HOST, resolve);
      });
      log.info({ port: this.port }, 'listening');
      if (parts.prepare) await untilItSucceeds(parts.prepare, log, stopping.signal);
      if (stopping.signal.aborted) return;
      relay = startRelay({ ...shared, databaseUrl: config.RELAY_DATABASE_URL });
      tasks = startTaskWorker({
        pool: database.worker,
        handlers: parts.tasks ?? {},
        log,
        observe,
        onCommit: wake,
        now,
      });
      consumer = startConsumer({ ...shared, pool: database.worker, handlers: parts.events, onCommit: wake });
      sealer = startSealer({
        pool: database.worker,
        service: name,
        log,
        onCommit: wake,
        alongside: parts.whenSealed,
      });
    },
    async drain() {
      await relay?.drain();
      await consumer?.drain();
      await tasks?.drain();
      await accesses.settle();
      await sealer?.drain();
      await relay?.drain();
    },
    stop() {
      return (stopped ??= (async () => {
        stopping.abort();
        await closeServer(server);
        await accesses.settle();
        await Promise.all([consumer?.stop(), tasks?.stop(), sealer?.stop()]);
        await relay?.stop();
        await database.close();
        log.info({}, 'stopped');
      })());
    },
  };
}

async function answerGraphql(
  graphql: GraphqlEndpoint,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, longestBody).catch(() => undefined);
  if (typeof body === 'string') return graphql(request, response, body);
  // Gone before it had finished, or talking on after it was told to stop.
  if (body === null) response.writeHead(413, { connection: 'close' }).end();
  else response.destroy();
}

async function untilItSucceeds(prepare: () => Promise<void>, log: Log, signal: AbortSignal): Promise<void> {
  for (let wait = 100; !signal.aborted; wait = Math.min(wait * 2, 3_000)) {
    try {
      return await prepare();
    } catch (error) {
      log.warn({ error }, 'not prepared yet, trying again');
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

async function closeServer(server: Server | undefined): Promise<void> {
  if (!server?.listening) return;
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), 3_000);
  await closed;
  clearTimeout(late);
}
