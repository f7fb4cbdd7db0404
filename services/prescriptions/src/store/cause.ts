import type { EventEnvelope } from '@carethread/contracts/define-event.ts';
import type { RequestContext } from '@carethread/service-kit/subgraph.ts';

/** Where the wish to change something came from; goes along with its events. */
export interface Cause {
  readonly actorId: string | null;
  readonly correlationId: string | null;
  readonly traceparent: string | null;
}

export const causeOfEvent = ({ actorId, correlationId, traceparent }: EventEnvelope): Cause => ({
  actorId,
  correlationId,
  traceparent,
});

export const causeOfRequest = ({ actor, requestId, traceparent }: RequestContext): Cause => ({
  actorId: actor?.userId ?? null,
  correlationId: requestId,
  traceparent,
});

/** A timer went off: nobody did it. */
export const nobody: Cause = { actorId: null, correlationId: null, traceparent: null };
