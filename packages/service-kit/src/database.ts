import { createHash } from 'node:crypto';
import type { Actor } from '@carethread/contracts/actor.ts';
import { inOneTrip, inTransaction, Refused, statementName, type Tx } from '@carethread/bus/transaction.ts';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { actorSettings } from './actor-context.ts';
import { ActorPool } from './actor-pool.ts';
import { Refusal, refuse } from './refusal.ts';

export interface Command {
  actor: Actor;
  name: string;
  /** The client's idempotency key (UUID). */
  key: string;
  input: unknown;
}

/** A service's database as its own code sees it: as the person who asks, or as the worker. */
export interface Database {
  /** For `new PrismaClient({ adapter })`: reads as the current actor, one round trip each. */
  readonly prisma: PrismaPg;
  /** One statement as the current actor, one round trip: what is read most often does without Prisma. */
  read<Row>(text: string, values: readonly unknown[]): Promise<Row[]>;
  /** The worker's pool, for consumers and timers. */
  readonly worker: pg.Pool;
  /** The worker's, for the audit of reads alone: it looks up whose rows were shown, and waits for nothing else. */
  readonly accesses: pg.Pool;
  /** One transaction as this actor. A Refusal returned by `work` rolls back. */
  asActor<Result>(actor: Actor | null, work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /**
   * One transaction as this actor in one round trip, of statements that need none of each other's answers. Answers the
   * rows of each; `wakes` says whether they wrote an event or a task.
   */
  asActorAtOnce<Row>(
    actor: Actor | null,
    statements: readonly pg.QueryConfig[],
    wakes: (answers: Row[][]) => boolean,
  ): Promise<Row[][]>;
  /** One transaction as the worker: sees all rows its grants allow. */
  asWorker<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** As `asActor`, once per idempotency key: a repeat gets the first result, other content is refused. */
  command<Result>(command: Command, work: (tx: Tx) => Promise<Result>): Promise<Result | Refusal>;
  /** Rejects when the database cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const claimKey = `INSERT INTO bus.command (actor_id, key, name, fingerprint) VALUES ($1, $2, $3, $4)
  ON CONFLICT DO NOTHING RETURNING key`;
const keepResult = 'UPDATE bus.command SET result = $3 WHERE actor_id = $1 AND key = $2';
const firstResult = 'SELECT name, fingerprint, result FROM bus.command WHERE actor_id = $1 AND key = $2';

class RolledBack extends Refused {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super('refused');
    this.refusal = refusal;
  }
}
class Repeated extends Refused {}

/** Opens the pools; nothing is connected yet. `onWake` runs after each commit that wrote an event or a task. */
export function openDatabase(options: {
  appUrl: string;
  workerUrl: string;
  poolSize: number;
  onWake: () => void;
  onError: (error: Error) => void;
}): Database {
  const pool = new pg.Pool(poolOptions(options.appUrl, options.poolSize));
  const reads = new ActorPool(poolOptions(options.appUrl, options.poolSize));
  const worker = new pg.Pool(poolOptions(options.workerUrl, 5));
  const accesses = new pg.Pool(poolOptions(options.workerUrl, 2));
  for (const each of [pool, reads, worker, accesses]) survive(each, options.onError);

  const run = async <Result>(
    on: pg.Pool,
    work: (tx: Tx) => Promise<Result>,
    first?: { text: string; values: unknown[] },
  ): Promise<Result> => {
    let wakes = false;
    const result = await inTransaction(
      on,
      async (tx) => {
        const done = await work(tx);
        if (done instanceof Refusal) throw new RolledBack(done);
        wakes = tx.wakes;
        return done;
      },
      first,
    ).catch((error: unknown) => {
      if (error instanceof RolledBack) return error.refusal as Result;
      throw error;
    });
    if (wakes) options.onWake();
    return result;
  };
  const asActor: Database['asActor'] = (actor, work) => run(pool, work, actorSettings(actor));

  return {
    prisma: new PrismaPg(reads, { statementNameGenerator: (query) => statementName(query.sql) }),
    read: async <Row>(text: string, values: readonly unknown[]) =>
      (await reads.query({ text, values: [...values] })).rows as Row[],
    worker,
    accesses,
    asActor,
    async asActorAtOnce<Row>(
      actor: Actor | null,
      statements: readonly pg.QueryConfig[],
      wakes: (answers: Row[][]) => boolean,
    ) {
      const [, ...answers] = await inOneTrip(pool, [actorSettings(actor), ...statements]);
      const rows = answers.map((answer) => answer.rows as Row[]);
      if (wakes(rows)) options.onWake();
      return rows;
    },
    asWorker: (work) => run(worker, work),
    async command(command, work) {
      const { actor, key, name } = command;
      const fingerprint = fingerprintOf(command.input);
      try {
        return await asActor(actor, async (tx) => {
          // The work starts in the same flush; the claim is looked at first, so a repeat never acts on what it found.
          const claim = tx.query(claimKey, [actor.userId, key, name, fingerprint]);
          const [claimed, done] = await Promise.allSettled([claim, work(tx)]);
          if (claimed.status === 'rejected') throw claimed.reason;
          if (claimed.value.length === 0) throw new Repeated('repeated');
          if (done.status === 'rejected') throw done.reason;
          if (!(done.value instanceof Refusal))
            tx.send(keepResult, [actor.userId, key, JSON.stringify(done.value)]);
          return done.value;
        });
      } catch (error) {
        if (!(error instanceof Repeated)) throw error;
        return asActor(actor, async (tx) => {
          const [row] = await tx.query<{ name: string; fingerprint: string; result: never }>(firstResult, [
            actor.userId,
            key,
          ]);
          if (row?.name === name && row.fingerprint === fingerprint) return row.result;
          return refuse('IDEMPOTENCY_MISMATCH', 'This idempotency key was used before with other content.', {
            path: ['input', 'idempotencyKey'],
          });
        });
      }
    },
    ping: async () => void (await pool.query('SELECT 1')),
    close: async () => void (await Promise.all([pool.end(), reads.end(), worker.end(), accesses.end()])),
  };
}

const poolOptions = (connectionString: string, max: number) => ({
  connectionString,
  max,
  pipeline: true,
  connectionTimeoutMillis: 3_000,
  // Above the server's own statement timeout: only a network that swallows everything gets here.
  query_timeout: 15_000,
  keepAlive: true,
});

/** A client without an error listener takes the process down when the server goes away. */
function survive(pool: pg.Pool, onError: (error: Error) => void): void {
  pool.on('error', onError);
  pool.on('connect', (client) => client.on('error', () => {}));
}

/** SHA-256 of the content, whatever the order of its keys. */
function fingerprintOf(input: unknown): string {
  const sorted = JSON.stringify(input, (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(sorted).digest('hex');
}
