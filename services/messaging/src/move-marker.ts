import type { Tx } from '@carethread/bus/transaction.ts';
import { ThreadRead } from '@carethread/contracts/events/messaging.ts';
import type { PrincipalId, ThreadId } from '@carethread/contracts/ids.ts';
import { type Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import type { Marker } from './marker.ts';
import { markerOf, saveMarker } from './member-store.ts';
import type { Thread } from './thread.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import { lockThread, ThreadEvents } from './thread-store.ts';

const advance = 'UPDATE thread SET version = $2 WHERE id = $1';

/** The refusal of whoever is no member, or where there is nothing. */
export const notFound = (field: string): Refusal =>
  refuse('NOT_FOUND', 'There is no such thread or message.', { path: ['input', field] });

/**
 * Moves a member's read marker to `target`, if `decide` agrees (null: it changes nothing), with counters and event.
 * Under the thread's lock, because no message may arrive between counting and writing. Two round trips.
 */
export async function moveMarker(
  tx: Tx,
  where: { threadId: ThreadId; principalId: PrincipalId; target: number },
  decide: (marker: Marker, thread: Thread) => Marker | null,
  cause: Cause,
): Promise<'moved' | 'unchanged' | 'unknown'> {
  const { threadId, principalId, target } = where;
  const [thread, found] = await Promise.all([
    lockThread(tx, { threadId }),
    markerOf(tx, threadId, principalId, target),
  ]);
  if (!thread || !found) return 'unknown';
  const { unreadAfter, ...marker } = found;
  const moved = decide(marker, thread);
  if (!moved) return 'unchanged';
  const events = new ThreadEvents(tx, thread, cause);
  tx.send(advance, [threadId, thread.version + 1]);
  saveMarker(tx, principalId, moved, unreadAfter);
  events.emit(ThreadRead, {
    threadId,
    ticketId: thread.ticketId,
    memberId: principalId,
    upTo: moved.readUpTo,
    unread: unreadAfter,
  });
  return 'moved';
}
