import { refuse, type Refusal } from '@carethread/service-kit/refusal.ts';
import { closedThread } from './message.ts';
import type { Seat } from './seating.ts';
import { type Thread, threadStatus } from './thread.ts';

export type RoomStatus = 'ACTIVE' | 'ENDED';

interface OfConsultation {
  readonly orderType: string | null;
  readonly ticketStatus: string | null;
  readonly roomEndedAt: Date | null;
}

/**
 * The room of a consultation: active until its doctor ends it, or its ticket does. Messages are sent before, during and
 * after it, as long as the thread is open. Null: no consultation.
 */
export function roomOf({
  orderType,
  ticketStatus,
  roomEndedAt,
}: OfConsultation): { status: RoomStatus; endedAt: Date | null } | null {
  if (orderType !== 'consultation') return null;
  const ended = roomEndedAt !== null || threadStatus(ticketStatus) === 'CLOSED';
  return { status: ended ? 'ENDED' : 'ACTIVE', endedAt: roomEndedAt };
}

/** Decides whether a room ends or goes on; null: it is so already. */
export function decideRoom(
  thread: Thread | null,
  seat: Seat | undefined,
  to: RoomStatus,
): { readonly thread: Thread } | null | Refusal {
  if (!thread || !seat || !roomOf(thread))
    return refuse('NOT_FOUND', 'There is no such room.', { path: ['input', 'threadId'] });
  if (seat.role !== 'doctor') return refuse('NOT_ALLOWED', 'The doctor ends the room, or lets it go on.');
  if (threadStatus(thread.ticketStatus) === 'CLOSED') return closedThread;
  return roomOf(thread)!.status === to ? null : { thread };
}
