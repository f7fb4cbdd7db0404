import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PrescriptionDrafted } from '@carethread/contracts/events/prescriptions.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { exchanges, queueOf } from '@carethread/contracts/topology.ts';
import { createTestVhost, type TestDatabase, type TestVhost } from '@carethread/local-stack/test-stack.ts';
import amqp, { type Channel, type ChannelModel, type ConsumeMessage } from 'amqplib';
import pg from 'pg';
import { emit } from '../src/outbox.ts';
import { leaderLock } from '../src/outbox-reader.ts';
import { type Relay, startRelay } from '../src/relay.ts';
import { inTransaction } from '../src/transaction.ts';
import { openPool } from '../src/worker-pool.ts';
import { createBusDatabase } from './bus-database.ts';
import { silent } from './silent-log.ts';
import { waitUntil } from './wait-until.ts';

let database: TestDatabase;
let vhost: TestVhost;
let pool: pg.Pool;
let owner: pg.Pool;
let admin: ChannelModel;
let channel: Channel;
let relays: Relay[];
let arrived: ConsumeMessage[];

beforeAll(async () => {
  [database, vhost] = await Promise.all([createBusDatabase('prescriptions'), createTestVhost()]);
  pool = openPool(database.workerUrl, 2);
  owner = openPool(database.ownerUrl, 2);
  admin = await amqp.connect(vhost.adminUrl);
  channel = await admin.createChannel();
  await channel.consume(queueOf('tickets'), (message) => message && arrived.push(message), { noAck: true });
});
afterAll(async () => {
  await admin.close();
  await Promise.all([pool.end(), owner.end()]);
  await Promise.all([database.drop(), vhost.delete()]);
});
beforeEach(() => {
  relays = [];
  arrived = [];
});
afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  await owner.query('TRUNCATE bus.outbox, bus.event_log');
});

const start = (amqpUrl = vhost.amqpUrl('prescriptions')): Relay => {
  const relay = startRelay({
    service: 'prescriptions',
    databaseUrl: database.relayUrl,
    amqpUrl,
    log: silent,
  });
  relays.push(relay);
  return relay;
};
const untilLeader = (relay: Relay) => waitUntil('the relay leads', async () => (await relay.health()).leader);
const draft = (aggregateId: string, sequence: number) => {
  const data = {
    prescriptionId: newId<'Prescription'>(),
    ticketId: newId<'Ticket'>(),
    doctorId: newId<'User'>(),
  };
  return inTransaction(pool, async (tx) =>
    emit(tx, PrescriptionDrafted, {
      aggregateId,
      sequence,
      data,
      actorId: data.doctorId,
      correlationId: 'request-7',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    }),
  );
};
const counts = async () => {
  const count = async (table: string) =>
    (await owner.query<{ n: number }>(`SELECT count(*)::int AS n FROM bus.${table}`)).rows[0]!.n;
  return { outbox: await count('outbox'), event_log: await count('event_log') };
};
/** What arrived in the subscriber's queue, once there are so many. */
const received = async (count: number): Promise<ConsumeMessage[]> => {
  await waitUntil(`${count} messages arrived`, () => arrived.length >= count);
  return arrived;
};

describe('the relay', () => {
  it('publishes an event with everything a consumer needs, and keeps it in the log', async () => {
    const relay = start();
    await untilLeader(relay);
    const aggregateId = newId();
    const id = await draft(aggregateId, 3);
    relay.poke();
    await relay.drain();

    const [message] = await received(1);
    expect(message!.properties).toMatchObject({
      messageId: id,
      type: PrescriptionDrafted.type,
      appId: 'prescriptions',
      correlationId: 'request-7',
      contentType: 'application/json',
      deliveryMode: 2,
      timestamp: expect.any(Number),
      headers: {
        aggregate: aggregateId,
        sequence: 3,
        actor: expect.any(String),
        traceparent: expect.any(String),
      },
    });
    expect(message!.fields.routingKey).toBe(PrescriptionDrafted.type);
    expect(JSON.parse(message!.content.toString())).toHaveProperty('prescriptionId');
    expect(await counts()).toEqual({ outbox: 0, event_log: 1 });
  });

  it('publishes a backlog in the order of its ids, also across a change of digits', async () => {
    const aggregateId = newId();
    for (let n = 1; n <= 30; n++) await draft(aggregateId, n);
    const relay = start();
    await relay.drain();
    expect((await received(30)).map(({ properties }) => properties.headers?.sequence)).toEqual(
      Array.from({ length: 30 }, (_, n) => n + 1),
    );
  });

  it('lets one of two instances publish, woken by the other, and hands over when it stops', async () => {
    const first = start();
    await untilLeader(first);
    const second = start();
    await waitUntil('the second is connected', async () => (await second.health()).broker === 'up');
    expect((await second.health()).leader).toBe(false);
    await draft(newId(), 1);
    second.poke();
    await second.drain();

    await first.stop();
    await untilLeader(second);
    await draft(newId(), 1);
    second.poke();
    await second.drain();
    expect(await received(2)).toHaveLength(2);
  });

  it('stands in for a leader that holds the lock and publishes nothing', async () => {
    const stuck = new pg.Client({ connectionString: database.relayUrl });
    await stuck.connect();
    await stuck.query('SELECT pg_advisory_lock($1)', [leaderLock]);
    const aggregateId = newId();
    await draft(aggregateId, 1);
    await owner.query(`UPDATE bus.outbox SET occurred_at = now() - interval '11 seconds'`);
    const relay = start();
    await relay.drain();
    expect(await received(1)).toHaveLength(1);
    await waitUntil('it stands by again', async () => !(await relay.health()).leader);
    await stuck.end();
    await untilLeader(relay);
  });

  it('keeps an event no queue takes until there is one', async () => {
    const relay = start();
    await untilLeader(relay);
    const binding = [queueOf('tickets'), exchanges.events, PrescriptionDrafted.type] as const;
    await channel.unbindQueue(...binding);
    await draft(newId(), 1);
    relay.poke();
    await waitUntil('the relay has failed', async () => (await relay.health()).broker === 'down');
    expect(await counts()).toEqual({ outbox: 1, event_log: 0 });
    expect((await relay.health()).oldestOutboxAgeMs).toBeGreaterThan(0);
    await channel.bindQueue(...binding);
    await relay.drain();
    expect(await received(1)).toHaveLength(1);
  });

  it('says what is down', async () => {
    const relay = start('amqp://nobody:nothing@127.0.0.1:1');
    await draft(newId(), 1);
    expect(await relay.health()).toMatchObject({ broker: 'down', database: 'up', leader: false });
    expect((await relay.health()).oldestOutboxAgeMs).toBeGreaterThan(0);
  });

  it('recovers when its database session is cut', async () => {
    const relay = start();
    await untilLeader(relay);
    await owner
      .query(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1`, [
        leaderLock,
      ])
      .catch(() => {});
    await draft(newId(), 1);
    relay.poke();
    await relay.drain();
    expect(await received(1)).toHaveLength(1);
  });
});
