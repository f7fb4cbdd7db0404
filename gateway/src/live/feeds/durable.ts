import type { Opening } from '../feed.ts';
import type { LiveEvent } from '../live-event.ts';

/** Events a resuming client is sent; one that missed more reads the current state instead. */
export const maxBacklog = 100;

/** Begins a feed with cursors. With a cursor one question answers both: whether one may read, and what was missed. */
export async function openDurable(
  after: number | null | undefined,
  questions: {
    mayRead: () => Promise<boolean>;
    /**
     * Up to one more than `maxBacklog` events behind the cursor, in order; too_old when its owner does not keep them any
     * more; undefined when there is nothing one may read.
     */
    missedSince: (after: number) => Promise<LiveEvent[] | 'too_old' | undefined>;
  },
): Promise<Opening> {
  if (after === null || after === undefined)
    return (await questions.mayRead()) ? { kind: 'open', backlog: [] } : { kind: 'not_found' };
  const backlog = await questions.missedSince(after);
  if (!backlog) return { kind: 'not_found' };
  return backlog === 'too_old' || backlog.length > maxBacklog
    ? { kind: 'too_old' }
    : { kind: 'open', backlog };
}
