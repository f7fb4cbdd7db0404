import type { Actor } from '@carethread/contracts/actor.ts';
import type { EventEnvelope } from '@carethread/contracts/define-event.ts';
import type { OrganisationId, UserId } from '@carethread/contracts/ids.ts';

/** Why something is entered on a timeline: who did it, for whom, by which way, when. */
export interface Cause {
  actorId: UserId | null;
  /** The organisation the person acts for; null for patients, who act for themselves, and for the system. */
  onBehalfOf: OrganisationId | null;
  channel: 'api' | 'event' | 'timer';
  happenedAt: Date;
  correlationId?: string | null;
  traceparent?: string | null;
}

/** Who asks, and the marks by which the request can be followed through the services. */
export interface Caller {
  actor: Actor;
  requestId: string;
  traceparent: string | null;
}

export const byRequest = ({ actor, requestId, traceparent }: Caller, happenedAt: Date): Cause => ({
  actorId: actor.userId,
  onBehalfOf: actor.role === 'patient' ? null : actor.organisationId,
  channel: 'api',
  happenedAt,
  correlationId: requestId,
  traceparent,
});

export const byEvent = (event: EventEnvelope): Cause => ({
  actorId: event.actorId as UserId | null,
  onBehalfOf: null,
  channel: 'event',
  happenedAt: event.occurredAt,
  correlationId: event.correlationId,
  traceparent: event.traceparent,
});

export const byTimer = (happenedAt: Date): Cause => ({
  actorId: null,
  onBehalfOf: null,
  channel: 'timer',
  happenedAt,
});
