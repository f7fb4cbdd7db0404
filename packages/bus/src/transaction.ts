import { createHash } from 'node:crypto';
import type pg from 'pg';
import { sendTogether } from './send-together.ts';

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

/** SQLSTATE classes that say "not now": connection, transaction rollback, resources, operator, system, locks, read-only. */
const transientState = /^((08|40|53|58)...|57P..|55P03|25006)$/;
const networkFailures = new Set(
  'ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH ENETDOWN ENOTFOUND EAI_AGAIN EMFILE'.split(
    ' ',
  ),
);
/** What pg says without a code when a connection is not there any more, or not yet. */
const lostConnection =
  /^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Query read timeout|Client (was closed|has encountered a connection error)|Cannot use a pool after calling end)/;

/** Whether this failure says "not now" rather than "never": the database or the way to it, not the work itself. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') return lostConnection.test(error.message);
  return transientState.test(code) || networkFailures.has(code) || isStalePlan(error);
}

/** A migration changed a table under a prepared statement. Only a new connection forgets the statement. */
export const isStalePlan = (error: unknown) =>
  (error as { code?: string }).code === '0A000' && /cached plan/.test((error as Error).message);

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
    const answer = sendTogether(client, { name: statementName(text), text, values: [...values] });
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
    if (isStalePlan(cause)) broken = cause as Error;
    throw cause;
  } finally {
    client.release(broken);
  }
}

/**
 * Statements that need none of each other's answers, as one transaction in one round trip: a batch without BEGIN commits
 * or fails as a whole. They are run in order, each under a snapshot of its own. Answers what each answered.
 */
export async function inOneTrip(
  pool: pg.Pool,
  statements: readonly pg.QueryConfig[],
): Promise<pg.QueryResult[]> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    return await Promise.all(
      statements.map((each) => sendTogether(client, { name: statementName(each.text), ...each })),
    );
  } catch (error) {
    if (isStalePlan(error) || typeof (error as { code?: unknown }).code !== 'string') broken = error as Error;
    throw error;
  } finally {
    client.release(broken);
  }
}

/** "Current transaction is aborted" and an unnoticed rollback only follow from an earlier failure: report that one. */
const isAborted = (error: unknown) =>
  (error as { code?: string }).code === '25P02' ||
  (error as Error).message === 'The transaction was rolled back.';
