import type { EventEnvelope } from '@carethread/contracts/define-event.ts';
import type { RequestContext } from '@carethread/service-kit/subgraph.ts';
import type { Cause } from './thread-store.ts';

/** What an event causes carries on who began it and to which request it belongs. */
export const causeOf = ({ actorId, correlationId, traceparent }: EventEnvelope): Cause => ({
  actorId,
  correlationId,
  traceparent,
});

export const causeOfRequest = ({ actor, requestId, traceparent }: RequestContext): Cause => ({
  actorId: actor?.userId ?? null,
  correlationId: requestId,
  traceparent,
});
