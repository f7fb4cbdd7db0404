import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Actor, Role } from '@carethread/contracts/actor.ts';
import { permissionsOf } from '@carethread/contracts/actor.ts';
import type { EventDefinition } from '@carethread/contracts/define-event.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { exchanges } from '@carethread/contracts/topology.ts';
import { createTestVhost } from '@carethread/local-stack/test-stack.ts';
import amqp from 'amqplib';
import jwt from 'jsonwebtoken';
import { readCatalogConfig } from '../src/config.ts';
import { createCatalogService } from '../src/service.ts';
import { createCatalogDatabase } from './catalog-database.ts';

export const actor = (role: Role): Actor => ({
  userId: newId(),
  membershipId: newId(),
  organisationId: newId(),
  role,
  permissions: [...permissionsOf[role]],
  sessionId: newId(),
});

/** The service with a database, a virtual host and a gateway's key of its own. */
export async function startHarness() {
  const [database, vhost] = await Promise.all([createCatalogDatabase(), createTestVhost()]);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwks = JSON.stringify({
    keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'g', alg: 'ES256', use: 'sig' }],
  });
  const gateway = createServer((_, response) => void response.end(jwks));
  await new Promise<void>((done) => gateway.listen(0, '127.0.0.1', done));
  const config = readCatalogConfig({
    PORT: '0',
    NODE_ENV: 'test',
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
    DATABASE_URL: database.appUrl,
    WORKER_DATABASE_URL: database.workerUrl,
    RELAY_DATABASE_URL: database.relayUrl,
    AMQP_URL: vhost.amqpUrl('catalog'),
    GATEWAY_JWKS_URL: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/jwks`,
  });
  const service = createCatalogService(config);
  await service.start();

  return {
    database,
    drain: () => service.drain(),
    as: (who: Actor | null) => ({
      async graphql<Data = any>(
        query: string,
        variables: object = {},
      ): Promise<{ data: Data; errors?: any[] }> {
        const token = jwt.sign(who ? { actor: who } : {}, privateKey, {
          algorithm: 'ES256',
          keyid: 'g',
          issuer: 'carethread-gateway',
          audience: 'catalog',
          expiresIn: 60,
          header: { typ: 'ct-internal+jwt', alg: 'ES256' },
        });
        const response = await fetch(`http://127.0.0.1:${service.port}/graphql`, {
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
    }),
    /** Publishes as the service that owns the event would. */
    async publish<Data>(
      event: EventDefinition<string, Data>,
      aggregateId: string,
      sequence: number,
      data: Data,
    ) {
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
    /** Payloads of an event type as they were written, whether published by now or not. */
    events: (type: string) =>
      database.as('owner', (tx) =>
        tx.query<{ aggregate_id: string; sequence: number; payload: any }>(
          `SELECT aggregate_id, sequence, payload FROM (
             SELECT * FROM bus.outbox UNION ALL SELECT * FROM bus.event_log) all_events
           WHERE type = $1 ORDER BY occurred_at`,
          [type],
        ),
      ),
    async stop() {
      await service.stop();
      await new Promise((done) => gateway.close(done));
      await Promise.all([database.drop(), vhost.delete()]);
    },
  };
}
export type Harness = Awaited<ReturnType<typeof startHarness>>;
