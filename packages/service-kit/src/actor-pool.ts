import { flushTogether } from '@carethread/bus/flush-together.ts';
import { statementName } from '@carethread/bus/transaction.ts';
import pg from 'pg';
import { actorSettings, currentActor } from './actor-context.ts';

/**
 * The pool under Prisma. Each query travels as BEGIN, the actor's settings, the query and COMMIT in one flush, so that
 * row level security costs no extra round trip and no setting outlives its transaction.
 */
export class ActorPool extends pg.Pool {
  // pg's overloads cannot be restated here: a config object is what the adapter sends, all else passes through.
  // oxlint-disable-next-line typescript/no-explicit-any
  override async query(config: any, ...rest: any[]): Promise<any> {
    if (typeof config === 'string' || rest.length > 0) return super.query(config, ...(rest as [never]));
    const client = await super.connect();
    let broken: Error | undefined;
    try {
      const settings = actorSettings(currentActor());
      flushTogether(client);
      const [, , answer, commit] = await inOrder([
        client.query('BEGIN'),
        client.query({ name: statementName(settings.text), ...settings }),
        client.query(config as pg.QueryConfig),
        client.query('COMMIT'),
      ]);
      if (commit?.command !== 'COMMIT') throw new Error('The read was rolled back.');
      return answer;
    } catch (error) {
      if (typeof (error as { code?: unknown }).code !== 'string') broken = error as Error;
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

/** Waits for all of them, then throws the first failure: nothing is left on the connection when it goes back. */
async function inOrder<Answer>(queries: Promise<Answer>[]): Promise<Answer[]> {
  const answers = await Promise.allSettled(queries);
  const failed = answers.find((answer) => answer.status === 'rejected');
  if (failed) throw failed.reason;
  return answers.map((answer) => (answer as PromiseFulfilledResult<Answer>).value);
}
