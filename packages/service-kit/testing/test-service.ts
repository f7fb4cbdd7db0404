import type { LoginKind } from '@carethread/local-stack/provision.ts';
import { createTestDatabase, createTestVhost, testStack } from '@carethread/local-stack/test-stack.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import type { EventDefinition, ServiceName } from '@carethread/contracts/define-event.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { amqpBroker } from '@carethread/bus/amqp-link.ts';
import pg from 'pg';
import { migrate, migrationsOf } from '../src/migrate.ts';
import type { Service } from '../src/service.ts';
import { startTestGateway } from './test-gateway.ts';

export interface Answer<Data> {
  data: Data;
  errors?: { message: string; extensions?: { code?: string }; path?: (string | number)[] }[];
}

export interface TestService {
  service: Service;
  /** Environment the service was made with, for a second instance beside the first. */
  env: Record<string, string>;
  /** Address of its database for one of its logins, for the commands that set one up. */
  loginUrl(kind: LoginKind): string;
  /** What the gateway would send with a request of this person (null: anonymous), for routes beside GraphQL. */
  authorization(actor: Actor | null): string;
  /** Asks GraphQL as the gateway would for this person (null: anonymous). */
  ask<Data = Record<string, any>>(
    actor: Actor | null,
    query: string,
    variables?: object,
  ): Promise<Answer<Data>>;
  /** The same, where no error is expected: answers the data, or fails with the errors. */
  query(actor: Actor | null, query: string, variables?: object): Promise<Record<string, any>>;
  /** Publishes another service's event as its relay would. Answers its id; the same `id` again is a repeat. */
  publish<Data>(
    definition: EventDefinition<string, Data>,
    event: { aggregateId: string; sequence: number; data: Data; id?: string; actorId?: string },
  ): Promise<string>;
  /** Until nothing is left to do. */
  drain(): Promise<void>;
  /** Every event of this type the service has written, oldest first, published or not. */
  emitted<Data>(
    definition: EventDefinition<string, Data>,
  ): Promise<{ aggregateId: string; sequence: number; actorId: string | null; data: Data }[]>;
  /** SQL as the owner of everything, past every policy. */
  sql<Row = Record<string, any>>(text: string, values?: unknown[]): Promise<Row[]>;
  /** SQL as the application's role, without identity unless the text sets one. */
  sqlAsApp<Row = Record<string, any>>(text: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** A service as in production, on a database and a virtual host of its own. `create` gets the environment. */
export async function startTestService(
  name: ServiceName,
  folder: string,
  create: (env: Record<string, string>) => Service | Promise<Service>,
  extraEnv: Record<string, string> = {},
): Promise<TestService> {
  const [database, vhost, gateway] = await Promise.all([
    createTestDatabase(name, {
      key: JSON.stringify(migrationsOf(folder)),
      migrate: async (ownerUrl) => void (await migrate(ownerUrl, folder)),
    }),
    createTestVhost(),
    startTestGateway(),
  ]);
  const env = {
    NODE_ENV: 'test',
    LOG_LEVEL: process.env['CARETHREAD_TEST_LOG'] ?? 'silent',
    PORT: '0',
    DATABASE_URL: database.appUrl,
    WORKER_DATABASE_URL: database.workerUrl,
    RELAY_DATABASE_URL: database.relayUrl,
    AMQP_URL: vhost.amqpUrl(name),
    GATEWAY_JWKS_URL: gateway.jwksUrl,
    ...(name === 'catalog' && { CATALOG_ADMIN_DATABASE_URL: database.url('admin') }),
    ...extraEnv,
  };
  const service = await create(env);
  await service.start();
  const superuser = new pg.Pool({ connectionString: superuserUrl(database.ownerUrl), max: 4 });
  const app = new pg.Pool({ connectionString: database.appUrl, max: 2 });
  // Dropping the database may end a connection that is about to end by itself.
  for (const pool of [superuser, app]) pool.on('error', () => {});
  const link = await amqpBroker(vhost.adminUrl, 'test publisher', name).connect();
  const publish = await link.publisher();

  async function ask<Data>(
    actor: Actor | null,
    query: string,
    variables: object = {},
  ): Promise<Answer<Data>> {
    const response = await fetch(`http://127.0.0.1:${service.port}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${gateway.token(actor, name)}`,
      },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as never;
  }

  return {
    service,
    env,
    loginUrl: database.url,
    ask,
    authorization: (actor) => `Bearer ${gateway.token(actor, name)}`,
    async query(...asked) {
      const { data, errors } = await ask<Record<string, any>>(...asked);
      if (errors) throw new Error(JSON.stringify(errors));
      return data;
    },
    async publish(definition, { aggregateId, sequence, data, id = newId<'Event'>(), actorId }) {
      const headers = { aggregate: aggregateId, sequence, occurredAt: new Date().toISOString() };
      const body = JSON.stringify(data);
      const message = {
        id,
        type: definition.type,
        headers: { ...headers, ...(actorId && { actor: actorId }) },
        body,
      };
      await publish(message, definition.type, true);
      return id;
    },
    drain: () => service.drain(),
    async emitted(definition) {
      const { rows } = await superuser.query(
        `SELECT aggregate_id AS "aggregateId", sequence, actor_id AS "actorId", payload AS data FROM
           (SELECT id, aggregate_id, sequence, actor_id, type, payload FROM bus.outbox
            UNION ALL SELECT id, aggregate_id, sequence, actor_id, type, payload FROM bus.event_log) AS written
         WHERE type = $1 ORDER BY id`,
        [definition.type],
      );
      return rows;
    },
    sql: async (text, values) => (await superuser.query(text, values)).rows as never,
    sqlAsApp: async (text, values) => (await app.query(text, values)).rows as never,
    async close() {
      await service.stop();
      await link.close();
      await Promise.all([superuser.end(), app.end(), gateway.close()]);
      await Promise.all([database.drop(), vhost.delete()]);
    },
  };
}

/** The superuser's address in the same database. */
function superuserUrl(ownerUrl: string): string {
  const url = new URL(testStack().adminUrl);
  url.pathname = new URL(ownerUrl).pathname;
  return url.href;
}
