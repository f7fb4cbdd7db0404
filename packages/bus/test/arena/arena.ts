import { newId } from '@carethread/contracts/ids.ts';
import { queueOf, deadQueueOf } from '@carethread/contracts/topology.ts';
import { freePorts } from '@carethread/local-stack/free-port.ts';
import {
  createTestVhost,
  testStack,
  type TestDatabase,
  type TestVhost,
} from '@carethread/local-stack/test-stack.ts';
import amqp from 'amqplib';
import type pg from 'pg';
import { listParked, redriveParked } from '../../src/parked.ts';
import { pause } from '../../src/pause.ts';
import { openPool } from '../../src/worker-pool.ts';
import { createBusDatabase } from '../bus-database.ts';
import { checkEffects, type Violations } from '../check-effects.ts';
import { generator } from '../fake-broker.ts';
import { Instance } from './instance.ts';
import { Load } from './load.ts';
import { StampService } from './stamp-service.ts';

export interface Verdict {
  atB: Violations;
  backAtA: Violations;
  /** Timers and calls that did not leave exactly one trace. */
  tasks: { followUps: number; stamps: number };
  /** What was still on its way when the time for draining was over. */
  left: { unanswered: number; outboxes: number; parked: number; tasks: number; messages: number };
  /** Processes that ended of themselves. */
  crashes: unknown[];
}

/** What a run must come to. */
export const flawless: Verdict = {
  atB: { lost: 0, duplicates: 0, invented: 0, disordered: 0 },
  backAtA: { lost: 0, duplicates: 0, invented: 0, disordered: 0 },
  tasks: { followUps: 0, stamps: 0 },
  left: { unanswered: 0, outboxes: 0, parked: 0, tasks: 0, messages: 0 },
  crashes: [],
};

/** Two services of two instances each, as processes, with a client in front and everything real behind. */
export class Arena {
  readonly instances: Instance[];
  readonly load: Load;
  readonly random: () => number;
  /** The databases of A and B, as their workers see them. */
  readonly poolA: pg.Pool;
  readonly poolB: pg.Pool;
  readonly #databases: TestDatabase[];
  readonly #vhost: TestVhost;
  readonly #stamps: StampService;

  private constructor(
    seed: number,
    ports: number[],
    [a, b]: [TestDatabase, TestDatabase],
    vhost: TestVhost,
    stamps: StampService,
    stampUrl: string,
  ) {
    this.random = generator(seed);
    this.poolA = openPool(a.workerUrl, 2);
    this.poolB = openPool(b.workerUrl, 2);
    this.#databases = [a, b];
    this.#vhost = vhost;
    this.#stamps = stamps;
    const envOf = (database: TestDatabase, client: 'prescriptions' | 'tickets') => ({
      WORKER_DATABASE_URL: database.workerUrl,
      RELAY_DATABASE_URL: database.relayUrl,
      AMQP_URL: vhost.amqpUrl(client),
      STAMP_URL: stampUrl,
    });
    this.instances = [
      ...ports.map((port, n) => {
        const env = { ...envOf(a, 'prescriptions'), PORT: String(port) };
        return new Instance(`A${n + 1}`, 'requesting', env);
      }),
      ...[1, 2].map((n) => new Instance(`B${n}`, 'answering', envOf(b, 'tickets'))),
    ];
    const aggregates = Array.from(
      { length: 60 },
      (_, n) => `${{ 0: '0', 1: '1' }[n % 4] ?? 'f'}${newId().slice(1)}`,
    );
    this.load = new Load(ports, aggregates, this.random);
  }

  static async open(seed: number): Promise<Arena> {
    const stamps = new StampService();
    const [ports, a, b, vhost, stampUrl] = await Promise.all([
      freePorts(2),
      createBusDatabase('prescriptions'),
      createBusDatabase('tickets'),
      createTestVhost(),
      stamps.start(),
    ]);
    return new Arena(seed, ports, [a, b], vhost, stamps, stampUrl);
  }

  /** How many requests A has acknowledged whose answer it does not have yet. */
  async backlog(): Promise<number> {
    return (await checkEffects(this.poolA, this.load.acknowledged)).lost;
  }

  /** Waits until nothing is on its way, at most `patienceMs`, and says what came of everything. */
  async settle(patienceMs: number): Promise<Verdict> {
    const deadline = performance.now() + patienceMs;
    let left = await this.#left();
    while (performance.now() < deadline && (!left || Object.values(left).some((count) => count > 0))) {
      await this.#redrive().catch(() => {});
      await pause(200);
      left = await this.#left();
    }
    const { acknowledged, made } = this.load;
    const atB = await checkEffects(this.poolB, acknowledged, made);
    return {
      atB,
      backAtA: await checkEffects(this.poolA, acknowledged, made),
      tasks: await this.#tasks(),
      left: left ?? { unanswered: -1, outboxes: -1, parked: -1, tasks: -1, messages: -1 },
      crashes: this.instances.flatMap(({ crashes }) => crashes),
    };
  }

  /** What an operator does when the cause is gone: retries may be a minute apart by now. */
  async #redrive(): Promise<void> {
    for (const pool of [this.poolA, this.poolB])
      for (const { eventId } of await listParked(pool))
        await redriveParked(pool, eventId, { who: 'arena', why: 'the cause is gone' });
  }

  /** Null when something does not answer. */
  async #left(): Promise<Verdict['left'] | null> {
    const count = async (pool: pg.Pool, what: string) =>
      (await pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${what}`)).rows[0]!.n;
    const both = async (what: string) => (await count(this.poolA, what)) + (await count(this.poolB, what));
    try {
      return {
        // Also what is in a consumer's hands, which no queue length tells of.
        unanswered: await this.backlog(),
        outboxes: (await this.#outboxLength(0)) + (await this.#outboxLength(1)),
        parked: await both(`bus.inbox WHERE status = 'parked'`),
        tasks: await both('bus.task'),
        messages: await this.#messages(),
      };
    } catch {
      return null;
    }
  }

  /** Read as the owner: no other login may both count the outbox and be no relay. */
  async #outboxLength(which: number): Promise<number> {
    const owner = openPool(this.#databases[which]!.ownerUrl, 1);
    try {
      return (await owner.query<{ n: number }>('SELECT count(*)::int AS n FROM bus.outbox')).rows[0]!.n;
    } finally {
      await owner.end();
    }
  }

  async #messages(): Promise<number> {
    const connection = await amqp.connect(this.#vhost.adminUrl, { noDelay: true, timeout: 2_000 });
    connection.on('error', () => {});
    try {
      const channel = await connection.createChannel();
      channel.on('error', () => {});
      const queues = (['tickets', 'prescriptions'] as const).flatMap((name) => [
        queueOf(name),
        deadQueueOf(name),
      ]);
      const counts = await Promise.all(queues.map((queue) => channel.checkQueue(queue)));
      return counts.reduce((sum, { messageCount }) => sum + messageCount, 0);
    } finally {
      await connection.close().catch(() => {});
    }
  }

  /** Compares the traces that tasks left with the events that scheduled them, and stamps with what was given out. */
  async #tasks(): Promise<Verdict['tasks']> {
    const wrong = async (table: string, remainder: number) => {
      const { rows } = await this.poolB.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM (SELECT request_id FROM effect WHERE sequence % 3 = ${remainder}) AS due
         FULL JOIN (SELECT request_id, count(*) AS times FROM ${table} GROUP BY 1) AS done USING (request_id)
         WHERE times IS DISTINCT FROM 1`,
      );
      return rows[0]!.n;
    };
    const { rows } = await this.poolB.query<{ request_id: string; stamp: string }>('SELECT * FROM stamp');
    const foreign = rows.filter((row) => this.#stamps.stamps.get(row.request_id) !== row.stamp).length;
    return { followUps: await wrong('follow_up', 0), stamps: (await wrong('stamp', 1)) + foreign };
  }

  async asAdministrator(sql: string): Promise<void> {
    const pool = openPool(testStack().adminUrl, 1);
    await pool.query(sql).finally(() => pool.end());
  }

  async close(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.retire()));
    await this.#stamps.stop();
    await Promise.all([this.poolA.end(), this.poolB.end()]);
    await Promise.all([...this.#databases.map((database) => database.drop()), this.#vhost.delete()]);
  }
}
