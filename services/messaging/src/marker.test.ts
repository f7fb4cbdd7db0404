import { describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import { readBack, readForward } from './marker.ts';

const marker = { threadId: newId<'Thread'>(), readUpTo: 5, deliveredUpTo: 7, shownReadUpTo: 5 };

describe('a read marker', () => {
  it.each([
    [6, { readUpTo: 6, deliveredUpTo: 7, shownReadUpTo: 6 }],
    [9, { readUpTo: 9, deliveredUpTo: 9, shownReadUpTo: 9 }],
    [999, { readUpTo: 10, deliveredUpTo: 10, shownReadUpTo: 10 }],
  ])('moves forward to %i, at most to the newest message', (upTo, expected) => {
    expect(readForward(marker, upTo, 10, false)).toEqual({ ...marker, ...expected });
  });

  it.each([0, 4, 5])('does not go back to %i by reading', (upTo) => {
    expect(readForward(marker, upTo, 10, false)).toBeNull();
  });

  it('of somebody who reads privately shows the others only that it was delivered', () => {
    const read = { readUpTo: 9, deliveredUpTo: 9, shownReadUpTo: 5 };
    expect(readForward(marker, 9, 10, true)).toEqual({ ...marker, ...read });
  });

  it('goes back to just before a message; what was delivered stays delivered', () => {
    expect(readBack(marker, 3)).toEqual({ ...marker, readUpTo: 2 });
    expect(readBack(marker, 1)).toEqual({ ...marker, readUpTo: 0 });
  });

  it('stays where it is for a message that is unread already', () => {
    expect(readBack(marker, 6)).toBeNull();
  });
});
