import type { Actor } from '@carethread/contracts/actor.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import type { RequestContext } from '@carethread/service-kit/subgraph.ts';

/** A request for a change, by anybody. */
export interface Asking extends Pick<RequestContext, 'log' | 'requestId' | 'traceparent' | 'device'> {
  database: Database;
  now: () => Date;
}

/** A request for a change, by somebody who is signed in. */
export interface AskingActor extends Asking {
  actor: Actor;
}

/** What an event says of the request it comes from. */
export interface Origin {
  actorId: string | null;
  correlationId: string | null;
  traceparent: string | null;
}

export const originOf = ({ actor, requestId, traceparent }: AskingActor): Origin => ({
  actorId: actor.userId,
  correlationId: requestId,
  traceparent,
});
