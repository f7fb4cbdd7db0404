import { createHash } from 'node:crypto';
import type pg from 'pg';

/**
 * One open transaction on a pipelining connection (pool option `pipeline: true`).
 * `query` waits for its answer: one round trip. `send` does not: it travels with whatever is awaited next, and a
 * failure surfaces there or at commit, so that writes and COMMIT share one round trip.
 */
export interface Tx {
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  send(text: string, values?: readonly unknown[]): void;
  /** True once an event or a task was written: the owner wakes relay and worker after the commit. */
  wakes: boolean;
}

const names = new Map<string, string>();

/** Prepared statement name of a text: parsed once per connection, whoever sends it. */
export function statementName(text: string): string {
  let name = names.get(text);
  if (!name) names.set(text, (name = `s${createHash('sha256').update(text).digest('hex').slice(0, 20)}`));
  return name;
}

/** SQLSTATE classes and system errors that say "not now", never "never". */
export function isTransient(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string') return !(error instanceof Refused) && isConnectionLoss(error);
  return /^(08|40|53|57|58|55P03|25006)/.test(code) || /^(E[A-Z]+|ERR_)/.test(code);
}

const isConnectionLoss = (error: unknown) =>
  error instanceof Error && /connection|timeout|terminated/i.test(error.message);

/** Thrown to roll a transaction back without it being a failure of anything. */
export class Refused extends Error {}

/**
 * Runs `work` between BEGIN and COMMIT on a client of the pool. `first` (for instance the actor's settings) travels in
 * the same flush as BEGIN. Rolls back when `work` throws; throws when COMMIT did not commit.
 */
export async function inTransaction<Result>(
  pool: pg.Pool,
  work: (tx: Tx) => Promise<Result>,
  first?: { text: string; values: unknown[] },
): Promise<Result> {
  const client = await pool.connect();
  const sent: Promise<unknown>[] = [];
  let broken: Error | undefined;
  const run = (text: string, values: readonly unknown[] = []) => {
    const answer = client.query({ name: statementName(text), text, values: [...values] });
    answer.catch(() => {});
    return answer;
  };
  const tx: Tx = {
    wakes: false,
    query: async <Row>(text: string, values?: readonly unknown[]) => (await run(text, values)).rows as Row[],
    send: (text, values) => void sent.push(run(text, values)),
  };
  try {
    sent.push(run('BEGIN'));
    if (first) sent.push(run(first.text, first.values));
    const result = await work(tx);
    const commit = run('COMMIT');
    await Promise.all(sent);
    if ((await commit).command !== 'COMMIT') throw new Error('The transaction was rolled back.');
    return result;
  } catch (error) {
    const failed = await Promise.allSettled(sent).then((answers) =>
      answers.find((answer): answer is PromiseRejectedResult => answer.status === 'rejected'),
    );
    const cause = failed && isAborted(error) ? failed.reason : error;
    await run('ROLLBACK').catch((lost: Error) => (broken = lost));
    throw cause;
  } finally {
    client.release(broken);
  }
}

/** "Current transaction is aborted" and an unnoticed rollback only follow from an earlier failure: report that one. */
const isAborted = (error: unknown) =>
  (error as { code?: string }).code === '25P02' ||
  (error as Error).message === 'The transaction was rolled back.';
