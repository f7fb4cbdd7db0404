import type { Tx } from '@carethread/bus/transaction.ts';
import { ThreadRead } from '@carethread/contracts/events/messaging.ts';
import type { PrincipalId, ThreadId } from '@carethread/contracts/ids.ts';
import { type Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import type { Marker } from './marker.ts';
import { type FoundMarker, markerOf, saveMarker } from './member-store.ts';
import type { Thread } from './thread.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import { lockThread, ThreadNews } from './thread-store.ts';

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
  decide: (marker: FoundMarker, thread: Thread) => Marker | null,
  { cause, now }: { cause: Cause; now: Date },
): Promise<'moved' | 'unchanged' | 'unknown'> {
  const { threadId, principalId, target } = where;
  const [thread, found] = await Promise.all([
    lockThread(tx, { threadId }),
    markerOf(tx, threadId, principalId, target),
  ]);
  if (!thread || !found) return 'unknown';
  const moved = decide(found, thread);
  if (!moved) return 'unchanged';
  const { unreadAfter, shownReadUpTo } = found;
  const news = new ThreadNews(tx, thread, cause);
  // Others are told of what was read and is to be seen: not of private reading, nor of a marker set back.
  const change =
    moved.shownReadUpTo > shownReadUpTo
      ? news.change({ kind: 'read', memberId: principalId, upTo: moved.shownReadUpTo }, now)
      : undefined;
  saveMarker(tx, principalId, moved, unreadAfter);
  news.emit(ThreadRead, { memberId: principalId, upTo: moved.readUpTo, unread: unreadAfter, change });
  news.keep();
  return 'moved';
}
