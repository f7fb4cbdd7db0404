import type { EventEnvelope } from '@carethread/contracts/define-event.ts';
import type { UserId } from '@carethread/contracts/ids.ts';
import type { RequestContext } from './subgraph.ts';

/** Who began a change and to which request it belongs; goes along with the events that tell of it. */
export interface Cause {
  readonly actorId: string | null;
  /** Who really acted, where that was a proxy of the actor. */
  readonly proxyId?: UserId | undefined;
  readonly correlationId: string | null;
  readonly traceparent: string | null;
}

/** For the data of events: who really acted, where that was a proxy. */
export const proxyIn = ({ proxyId }: Cause): { proxyId?: UserId } => (proxyId ? { proxyId } : {});

/** What an event causes carries on who began it and to which request it belongs. */
export const causeOfEvent = ({ actorId, correlationId, traceparent }: EventEnvelope): Cause => ({
  actorId,
  correlationId,
  traceparent,
});

export const causeOfRequest = ({
  actor,
  requestId,
  traceparent,
}: Pick<RequestContext, 'actor' | 'requestId' | 'traceparent'>): Cause => ({
  actorId: actor?.userId ?? null,
  ...(actor?.proxyId && { proxyId: actor.proxyId }),
  correlationId: requestId,
  traceparent,
});

/** A timer went off: nobody did it. */
export const nobody: Cause = { actorId: null, correlationId: null, traceparent: null };
