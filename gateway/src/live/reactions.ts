import type { EventDefinition, EventEnvelope } from '@carethread/contracts/define-event.ts';
import { MembershipEnded, SessionRevoked } from '@carethread/contracts/events/identity.ts';
import { MemberLeft } from '@carethread/contracts/events/messaging.ts';
import { TicketPharmacyChanged } from '@carethread/contracts/events/tickets.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import type { Revocations } from '../sign-in/revocations.ts';
import { threadTopic } from './feeds/message-events.ts';
import { dashboardTopic } from './feeds/pharmacy-ticket-events.ts';
import { ticketTopic } from './feeds/ticket-events.ts';
import type { Hub } from './hub.ts';

/** A bus event after which somebody may no longer listen. */
export interface Reaction {
  readonly definition: EventDefinition;
  readonly react: (event: EventEnvelope) => void;
}

export interface Sockets {
  /** Closes the connections of everybody whom `concerns` names. */
  closeWhere(concerns: (actor: Actor) => boolean): void;
}

/**
 * What ends live streams at once. Without these the check at each event would still hold everything back; but a stream
 * that will never speak again had better say so.
 */
export const reactions = (hub: Hub, sockets: Sockets, revocations: Revocations): Reaction[] => [
  on(SessionRevoked, ({ data }) => {
    revocations.sessionEnded(data.sessionId);
    sockets.closeWhere(({ sessionId }) => sessionId === data.sessionId);
  }),
  on(MembershipEnded, ({ data }) => {
    revocations.membershipEnded(data.membershipId);
    sockets.closeWhere(({ membershipId }) => membershipId === data.membershipId);
  }),
  on(TicketPharmacyChanged, ({ data }) => {
    const former = data.from;
    if (!former) return;
    hub.resync(ticketTopic(data.ticketId), 'ACCESS_ENDED', (actor) => actor.organisationId === former);
    hub.resync(dashboardTopic(former), 'ACCESS_ENDED');
  }),
  on(MemberLeft, ({ data }) => {
    const member: string = data.memberId;
    const isMember = ({ userId, organisationId }: Actor) => userId === member || organisationId === member;
    hub.resync(threadTopic(data.threadId), 'ACCESS_ENDED', isMember);
  }),
];

const on = <Data>(
  definition: EventDefinition<string, Data>,
  react: (event: EventEnvelope<Data>) => void,
): Reaction => ({ definition, react: (event) => react(event as EventEnvelope<Data>) });
