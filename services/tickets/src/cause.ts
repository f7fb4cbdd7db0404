import type { Actor } from '@carethread/contracts/actor.ts';
import type { EventEnvelope } from '@carethread/contracts/define-event.ts';
import { isId, type OrganisationId, type UserId } from '@carethread/contracts/ids.ts';
import * as kit from '@carethread/service-kit/cause.ts';

/** Why something is entered on a timeline: who did it, for whom, by which way, when. */
export interface Cause extends kit.Cause {
  /** The organisation the person acts for; null for patients, who act for themselves, and for the system. */
  readonly onBehalfOf: OrganisationId | null;
  readonly channel: 'api' | 'event' | 'timer';
  readonly happenedAt: Date;
}

/** Who asks, and the marks by which the request can be followed through the services. */
export interface Caller {
  actor: Actor;
  requestId: string;
  traceparent: string | null;
}

export const byRequest = (caller: Caller, happenedAt: Date): Cause => ({
  ...kit.causeOfRequest(caller),
  onBehalfOf: caller.actor.role === 'patient' ? null : caller.actor.organisationId,
  channel: 'api',
  happenedAt,
});

export const byEvent = (event: EventEnvelope): Cause => ({
  ...kit.causeOfEvent(event),
  ...proxyIn(event.data),
  onBehalfOf: null,
  channel: 'event',
  happenedAt: event.occurredAt,
});

/** Events in which somebody may act for another say so in their data. */
function proxyIn(data: unknown): { proxyId?: UserId } {
  const { proxyId } = (data ?? {}) as { proxyId?: unknown };
  return isId(proxyId) ? { proxyId: proxyId as UserId } : {};
}

export const byTimer = (happenedAt: Date): Cause => ({
  ...kit.nobody,
  onBehalfOf: null,
  channel: 'timer',
  happenedAt,
});
