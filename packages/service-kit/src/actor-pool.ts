import { inOneTrip } from '@carethread/bus/transaction.ts';
import pg from 'pg';
import { actorSettings, currentActor } from './actor-context.ts';

/**
 * The pool under Prisma. Each query travels with the actor's settings before it, as one batch and so as one transaction:
 * row level security costs no extra round trip, and no setting outlives its query.
 */
export class ActorPool extends pg.Pool {
  // pg's overloads cannot be restated here: a config object is what the adapter sends, all else passes through.
  // oxlint-disable-next-line typescript/no-explicit-any
  override async query(config: any, ...rest: any[]): Promise<any> {
    if (typeof config === 'string' || rest.length > 0) return super.query(config, ...(rest as [never]));
    const [, answer] = await inOneTrip(this, [actorSettings(currentActor()), config as pg.QueryConfig]);
    return answer;
  }
}
