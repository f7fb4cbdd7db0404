import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { Actor } from '@carethread/contracts/actor.ts';
import type { EventDefinition } from '@carethread/contracts/define-event.ts';
import { exchanges } from '@carethread/contracts/topology.ts';
import { createTestDatabase, createTestVhost } from '@carethread/local-stack/test-stack.ts';
import { migrate, migrationsOf } from '@carethread/service-kit/migrate.ts';
import amqp from 'amqplib';
import jwt from 'jsonwebtoken';
import pg from 'pg';
import { readIdentityConfig } from '../src/config.ts';
import { createIdentityService } from '../src/service.ts';

const folder = resolve(import.meta.dirname, '..');

/** The service with a database, a virtual host and a gateway's key of its own. */
export async function startHarness(options: { now?: () => Date } = {}) {
  const [database, vhost] = await Promise.all([
    createTestDatabase('identity', {
      key: JSON.stringify(migrationsOf(folder)),
      migrate: async (url) => void (await migrate(url, folder)),
    }),
    createTestVhost(),
  ]);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwks = JSON.stringify({
    keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'g', alg: 'ES256', use: 'sig' }],
  });
  const gateway = createServer((_, response) => void response.end(jwks));
  await new Promise<void>((done) => gateway.listen(0, '127.0.0.1', done));
  const config = readIdentityConfig({
    PORT: '0',
    NODE_ENV: 'test',
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
    DATABASE_URL: database.appUrl,
    WORKER_DATABASE_URL: database.workerUrl,
    RELAY_DATABASE_URL: database.relayUrl,
    AMQP_URL: vhost.amqpUrl('identity'),
    GATEWAY_JWKS_URL: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/jwks`,
    KEY_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
  });
  const service = createIdentityService(config, options);
  await service.start();
  const admin = new pg.Pool({ connectionString: database.ownerUrl, max: 2, pipeline: true });
  const base = `http://127.0.0.1:${service.port}`;

  const as = (actor: Actor | null) => ({
    async graphql<Data = any>(
      query: string,
      variables: object = {},
    ): Promise<{ data: Data; errors?: any[] }> {
      const token = jwt.sign(actor ? { actor } : {}, privateKey, {
        algorithm: 'ES256',
        keyid: 'g',
        issuer: 'carethread-gateway',
        audience: 'identity',
        expiresIn: 60,
        header: { typ: 'ct-internal+jwt', alg: 'ES256' },
      });
      const response = await fetch(`${base}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${token}`,
          connection: 'close',
        },
        body: JSON.stringify({ query, variables }),
      });
      return response.json() as never;
    },
  });
  return {
    as,
    base,
    config,
    database,
    admin,
    /** Rows of one statement as the database's owner. */
    sql: async <Row = any>(text: string, values: unknown[] = []): Promise<Row[]> =>
      (await admin.query(text, values)).rows as Row[],
    drain: () => service.drain(),
    async publish<Data>(
      event: EventDefinition<string, Data>,
      aggregateId: string,
      sequence: number,
      data: Data,
    ): Promise<void> {
      const connection = await amqp.connect(vhost.amqpUrl(event.owner), { noDelay: true });
      const channel = await connection.createConfirmChannel();
      channel.publish(exchanges.events, event.type, Buffer.from(JSON.stringify(data)), {
        messageId: randomUUID(),
        type: event.type,
        headers: { aggregate: aggregateId, sequence, occurredAt: new Date().toISOString() },
      });
      await channel.waitForConfirms();
      await connection.close();
    },
    async stop() {
      await service.stop();
      await admin.end();
      await new Promise((done) => gateway.close(done));
      await Promise.all([database.drop(), vhost.delete()]);
    },
  };
}
export type Harness = Awaited<ReturnType<typeof startHarness>>;
