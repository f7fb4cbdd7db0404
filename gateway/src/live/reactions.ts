import type { EventDefinition, EventEnvelope } from '@carethread/contracts/define-event.ts';
import {
  ConsentDecided,
  DelegationEnded,
  EmergencyAccessEnded,
  MembershipEnded,
  MembershipGranted,
  ServiceAccountChanged,
  SessionRevoked,
} from '@carethread/contracts/events/identity.ts';
import { MemberLeft, MessagePosted, PresenceChosen } from '@carethread/contracts/events/messaging.ts';
import { TicketPharmacyChanged } from '@carethread/contracts/events/tickets.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import type { Revocations } from '../sign-in/revocations.ts';
import { threadTopic } from './feeds/message-events.ts';
import { notesTopic } from './feeds/note-events.ts';
import { dashboardTopic } from './feeds/pharmacy-ticket-events.ts';
import { ticketTopic } from './feeds/ticket-events.ts';
import type { Hub } from './hub.ts';
import { type Presence, presenceTopic } from './presence/presence.ts';

/** A bus event after which somebody may no longer listen, or is no longer there. */
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
export const reactions = (
  hub: Hub,
  sockets: Sockets,
  revocations: Revocations,
  presence: Presence,
): Reaction[] => [
  on(SessionRevoked, ({ data }) => {
    revocations.ended(data.sessionId);
    sockets.closeWhere(({ sessionId }) => sessionId === data.sessionId);
  }),
  on(MembershipEnded, ({ data }) => {
    revocations.membershipEnded(data.membershipId);
    sockets.closeWhere(({ membershipId }) => membershipId === data.membershipId);
  }),
  on(DelegationEnded, ({ data }) => {
    revocations.ended(data.delegationId);
    sockets.closeWhere(({ delegationId }) => delegationId === data.delegationId);
  }),
  on(EmergencyAccessEnded, ({ data }) => {
    revocations.ended(data.accessId);
    sockets.closeWhere(({ emergencyId }) => emergencyId === data.accessId);
  }),
  on(ConsentDecided, ({ data }) => {
    const { given, kind, organisationId } = data;
    if (given || kind !== 'share_record' || !organisationId) return;
    // Who reads by this consent alone, and who is a party as well, only the owner of the record can tell: all of the
    // organisation come back with their cursors, and those who may not are refused then.
    hub.resyncAll('ACCESS_ENDED', (actor) => actor.organisationId === organisationId);
  }),
  on(MembershipGranted, ({ data }) => {
    if (!data.permissions) return;
    revocations.membershipAllows(data.membershipId, data.permissions);
    sockets.closeWhere((actor) => actor.membershipId === data.membershipId && revocations.concern(actor));
  }),
  on(ServiceAccountChanged, ({ data }) => revocations.serviceAccountMay(data.serviceAccountId, data.scopes)),
  on(TicketPharmacyChanged, ({ data }) => {
    const former = data.from;
    if (!former) return;
    hub.resync(ticketTopic(data.ticketId), 'ACCESS_ENDED', (actor) => actor.organisationId === former);
    hub.resync(dashboardTopic(former), 'ACCESS_ENDED');
  }),
  on(MemberLeft, ({ data }) => {
    const member: string = data.memberId;
    const isMember = ({ userId, organisationId }: Actor) => userId === member || organisationId === member;
    for (const topicOf of [threadTopic, notesTopic, presenceTopic])
      hub.resync(topicOf(data.threadId), 'ACCESS_ENDED', isMember);
    presence.left(data.threadId, member);
  }),
  on(PresenceChosen, ({ data }) => presence.chosen(data.principalId, data.hidden)),
  on(MessagePosted, ({ data }) => {
    if (data.senderId) presence.stoppedTyping(data.threadId, data.senderId);
  }),
];

const on = <Data>(
  definition: EventDefinition<string, Data>,
  react: (event: EventEnvelope<Data>) => void,
): Reaction => ({ definition, react: (event) => react(event as EventEnvelope<Data>) });
