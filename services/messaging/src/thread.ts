import type { Actor } from '@carethread/contracts/actor.ts';
import type { TicketKind, TicketStatus } from '@carethread/contracts/events/tickets.ts';
import {
  type AppointmentId,
  derivedId,
  type PrincipalId,
  type ThreadId,
  type TicketId,
} from '@carethread/contracts/ids.ts';

/** The messages of one ticket, as far as its own row knows. */
export interface Thread {
  readonly id: ThreadId;
  readonly ticketId: TicketId;
  readonly orderId: AppointmentId | null;
  readonly orderType: TicketKind | null;
  /** Who may read and write now. */
  readonly memberIds: readonly PrincipalId[];
  /** Version of the ticket at which the pharmacy among the members was chosen; -1: nothing known yet. */
  readonly pharmacyVersion: number;
  readonly ticketStatus: TicketStatus | null;
  readonly ticketVersion: number;
  /** Null while patient and doctor are not known. */
  readonly openedAt: Date | null;
  readonly activeAt: Date;
  readonly lastNumber: number;
  /** Number of the newest event. */
  readonly version: number;
  /** Number of the newest change that all members may know of. */
  readonly lastChange: number;
  /** When the first medicine of the ticket was handed over. */
  readonly dispensedAt: Date | null;
  /** Messages up to this one are gone for good. */
  readonly purgedUpTo: number;
  /** When the doctor ended the room of the consultation. */
  readonly roomEndedAt: Date | null;
}

/** Whoever looks first, the event or a reader: both make the same thread. */
export const threadIdOf = (ticketId: TicketId): ThreadId => derivedId<'Thread'>(ticketId, 'thread');

/** As whom a person is a member: people of a pharmacy as the pharmacy, everybody else as themselves. */
export const principalOf = (actor: Actor): PrincipalId =>
  actor.role === 'pharmacist' ? actor.organisationId : actor.userId;

const threadStatusAt: Record<TicketStatus, 'OPEN' | 'CLOSED'> = {
  created: 'OPEN',
  sent: 'OPEN',
  received: 'OPEN',
  preparing: 'OPEN',
  ready: 'OPEN',
  // The pharmacy still has to acknowledge; that needs words.
  cancel_marked: 'OPEN',
  closed: 'CLOSED',
  cancelled: 'CLOSED',
  expired: 'CLOSED',
  not_fulfilled: 'CLOSED',
};

/** Whether a thread takes messages while its ticket has this status; null: not known yet, the ticket is new. */
export const threadStatus = (ticketStatus: string | null): 'OPEN' | 'CLOSED' =>
  ticketStatus === null ? 'OPEN' : threadStatusAt[ticketStatus as TicketStatus];

/** The statuses of a ticket at which its thread is closed. */
export const closedStatuses = Object.entries(threadStatusAt)
  .filter(([, status]) => status === 'CLOSED')
  .map(([ticketStatus]) => ticketStatus);
