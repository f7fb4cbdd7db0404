import type { ThreadId } from '@carethread/contracts/ids.ts';

/** How far a member has come in a thread. */
export interface Marker {
  readonly threadId: ThreadId;
  readonly readUpTo: number;
  readonly deliveredUpTo: number;
  /** How far the others are told that they have read. */
  readonly shownReadUpTo: number;
}

/**
 * The marker moved forward to `upTo`, at most to the newest message; null when that changes nothing. Who reads privately
 * lets the others know that it was delivered, and no more.
 */
export function readForward(
  marker: Marker,
  upTo: number,
  lastNumber: number,
  privately: boolean,
): Marker | null {
  const readUpTo = Math.min(upTo, lastNumber);
  if (readUpTo <= marker.readUpTo) return null;
  return {
    ...marker,
    readUpTo,
    deliveredUpTo: Math.max(marker.deliveredUpTo, readUpTo),
    shownReadUpTo: privately ? marker.shownReadUpTo : Math.max(marker.shownReadUpTo, readUpTo),
  };
}

/**
 * The marker set back to just before message `number`; null when that message is unread already. That it was read
 * remains true for the others.
 */
export function readBack(marker: Marker, number: number): Marker | null {
  return number > marker.readUpTo ? null : { ...marker, readUpTo: number - 1 };
}
