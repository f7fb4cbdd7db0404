import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PrescriptionDrafted } from '@carethread/contracts/events/prescriptions.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { deadQueueOf, queueOf } from '@carethread/contracts/topology.ts';
import type { TestDatabase } from '@carethread/local-stack/test-stack.ts';
import type pg from 'pg';
import { type Consumer, runConsumer } from '../src/consumer.ts';
import type { Handler } from '../src/handlers.ts';
import type { Message } from '../src/link.ts';
import { listParked } from '../src/parked.ts';
import { schedule } from '../src/task.ts';
import { openPool } from '../src/worker-pool.ts';
import { createBusDatabase } from './bus-database.ts';
import { FakeBroker } from './fake-broker.ts';
import { silent } from './silent-log.ts';
import { ignoringOthers } from './two-services/ignoring-others.ts';
import { waitUntil } from './wait-until.ts';

let database: TestDatabase;
let pool: pg.Pool;
let fake: FakeBroker;
let consumers: Consumer[];
beforeAll(async () => {
  database = await createBusDatabase('tickets');
  pool = openPool(database.workerUrl, 6);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(() => {
  fake = new FakeBroker(1);
  fake.declare('tickets');
  consumers = [];
});
afterEach(async () => {
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  for (const table of ['bus.inbox', 'bus.suspect', 'bus.task', 'request'])
    await pool.query(`DELETE FROM ${table}`);
});

type Drafted = Handler<{ prescriptionId: string }>;
const start = (handler: Drafted, onCommit = () => {}): Consumer => {
  const handlers = ignoringOthers('tickets', { [PrescriptionDrafted.type]: handler });
  const consumer = runConsumer({ service: 'tickets', pool, handlers, log: silent, onCommit }, fake.broker);
  consumers.push(consumer);
  return consumer;
};
const event = (change: Partial<Message> = {}, aggregate: string = newId()): Message => ({
  id: newId(),
  type: PrescriptionDrafted.type,
  headers: { aggregate, sequence: 1, occurredAt: '2026-11-20T12:00:00.000Z', actor: newId() },
  body: JSON.stringify({ prescriptionId: newId(), ticketId: newId(), doctorId: newId() }),
  ...change,
});
const arrive = (messages: Message[], { attempts = 0, queue = queueOf('tickets') } = {}) => {
  fake.queue(queue).waiting.push(...messages.map((message) => ({ message, attempts })));
  fake.dispatch();
};
/** Remembers what it was given, in the database, so that a rolled back attempt leaves no trace. */
const note: Drafted = async ({ id }, tx) => tx.send('INSERT INTO request (id) VALUES ($1)', [id]);
const noted = async () =>
  (await pool.query<{ id: string }>('SELECT id FROM request')).rows.map(({ id }) => id);
const inbox = async () =>
  (
    await pool.query<{ event_id: string; status: string; attempts: number; error: string | null }>(
      'SELECT * FROM bus.inbox ORDER BY seq',
    )
  ).rows;

describe('the consumer', () => {
  it('hands a handler the whole event, read with its schema', async () => {
    const seen: unknown[] = [];
    const consumer = start(async (received) => void seen.push(received));
    const data = {
      prescriptionId: newId().toUpperCase(),
      ticketId: newId(),
      doctorId: newId(),
      later: 'unknown here',
    };
    const message = event({ body: JSON.stringify(data), correlationId: 'request-1' });
    arrive([message]);
    await consumer.drain();
    expect(seen).toEqual([
      {
        id: message.id,
        type: PrescriptionDrafted.type,
        aggregateId: message.headers.aggregate,
        sequence: 1,
        occurredAt: new Date('2026-11-20T12:00:00Z'),
        actorId: message.headers.actor,
        correlationId: 'request-1',
        traceparent: null,
        data: {
          prescriptionId: data.prescriptionId.toLowerCase(),
          ticketId: data.ticketId,
          doctorId: data.doctorId,
        },
      },
    ]);
  });

  it('applies each of several copies once, within a batch and across batches', async () => {
    const consumer = start(note);
    const [one, other] = [event(), event()];
    arrive([one, one, other, one]);
    await consumer.drain();
    arrive([other, one]);
    await consumer.drain();
    expect(new Set(await noted())).toEqual(new Set([one.id, other.id]));
    expect(await noted()).toHaveLength(2);
  });

  it('remembers nothing of events it ignores by name', async () => {
    const consumer = start(note);
    arrive([event({ type: 'messaging.message.posted.v1' })]);
    await consumer.drain();
    expect(await inbox()).toEqual([]);
    expect(fake.messages).toBe(0);
  });

  it('parks what fails, lets later events of its aggregate wait, and goes on with all others', async () => {
    const aggregate = newId();
    const bad = event({}, aggregate);
    let broken = true;
    const consumer = start(async (received, tx) => {
      await note(received, tx);
      if (broken && received.id === bad.id) throw new Error('cannot be');
    });
    const after = event({}, aggregate);
    const stranger = event();
    arrive([bad, after, stranger]);
    await consumer.drain();
    expect(await noted()).toEqual([stranger.id]);
    expect(await inbox()).toMatchObject([
      { event_id: bad.id, status: 'parked', error: 'Error: cannot be' },
      { event_id: after.id, status: 'parked', attempts: 0 },
      { event_id: stranger.id, status: 'done' },
    ]);
    expect((await consumer.health()).parked).toBe(2);

    broken = false;
    await pool.query(`UPDATE bus.inbox SET next_attempt_at = now() WHERE status = 'parked'`);
    await consumer.drain();
    expect(await noted()).toEqual([stranger.id, bad.id, after.id]);
    expect(await listParked(pool)).toEqual([]);
  });

  it('parks at once what it cannot read, after what came before it', async () => {
    const aggregate = newId();
    const consumer = start(note);
    const before = event({}, aggregate);
    arrive([
      before,
      event({ type: 'prescriptions.prescription.from_next_year.v1' }, aggregate),
      event({ body: '{"prescriptionId":"not an id"}' }),
      event({ body: 'no JSON \0 at all' }),
      event({ id: undefined, headers: {} }),
    ]);
    await consumer.drain();
    expect(await noted()).toEqual([before.id]);
    expect((await inbox()).map(({ status }) => status)).toEqual(['done', ...Array(4).fill('parked')]);
    expect((await inbox()).map(({ error }) => error)).toEqual([
      null,
      'This service does not know the event type prescriptions.prescription.from_next_year.v1.',
      'prescriptionId: invalid_format, ticketId: invalid_type, doctorId: invalid_type',
      'The body is not JSON.',
      'The message has no event id.',
    ]);
    expect(fake.messages).toBe(0);
  });

  it('holds trouble with the database against nobody', async () => {
    // More often than a batch is tried together and an event alone.
    let cuts = 5;
    const consumer = start(async (received, tx) => {
      await note(received, tx);
      if (cuts-- <= 0) return;
      await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');
    });
    const message = event();
    arrive([message]);
    await consumer.drain();
    expect(await noted()).toEqual([message.id]);
    expect(await inbox()).toMatchObject([{ status: 'done', attempts: 0 }]);
  });

  it('tells when a handler wrote something that others wait for', async () => {
    let told = 0;
    const handler: Drafted = async ({ id }, tx) =>
      schedule(tx, { key: id, kind: 'any', payload: {}, dueAt: new Date() });
    const consumer = start(handler, () => told++);
    arrive([event()]);
    await consumer.drain();
    expect(told).toBe(1);
  });

  it('parks dead letters without trying them', async () => {
    start(() => Promise.reject(new Error('must not run')));
    const message = event();
    arrive([message], { queue: deadQueueOf('tickets') });
    await waitUntil('the dead letter is parked', async () => (await inbox()).length > 0);
    expect(await inbox()).toMatchObject([{ event_id: message.id, status: 'parked', attempts: 20 }]);
  });

  describe('with an event that may be what kills it', () => {
    it('counts the attempt before it makes it, and forgets it when it went well', async () => {
      let counted: unknown;
      const message = event();
      const consumer = start(async (received, tx) => {
        counted = (await pool.query('SELECT attempts FROM bus.suspect WHERE event_id = $1', [received.id]))
          .rows;
        await note(received, tx);
      });
      arrive([event(), message, event()], { attempts: 5 });
      await consumer.drain();
      expect(counted).toEqual([{ attempts: 1 }]);
      expect(await noted()).toHaveLength(3);
      expect((await pool.query('SELECT FROM bus.suspect')).rowCount).toBe(0);
    });

    it('gives up after three attempts that nobody came back from', async () => {
      const message = event();
      await pool.query('INSERT INTO bus.suspect (event_id, attempts) VALUES ($1, 3)', [message.id]);
      const consumer = start(() => Promise.reject(new Error('must not run')));
      arrive([message], { attempts: 8 });
      await consumer.drain();
      expect(await inbox()).toMatchObject([{ status: 'parked', attempts: 20 }]);
    });
  });
});
