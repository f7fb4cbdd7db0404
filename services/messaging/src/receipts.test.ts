import { describe, expect, it } from '@jest/globals';
import { deliveryStatus } from './receipts.ts';

const member = (principalId: string, shownReadUpTo: number, deliveredUpTo: number) => ({
  principalId,
  shownReadUpTo,
  deliveredUpTo,
});

describe('deliveryStatus', () => {
  it.each([
    ['SENT', [member('a', 4, 9), member('b', 0, 4)]],
    ['DELIVERED', [member('a', 4, 9), member('b', 0, 5)]],
    ['READ', [member('a', 5, 9), member('b', 8, 8)]],
  ])('%s', (expected, others) => {
    expect(deliveryStatus(5, 'me', [member('me', 0, 0), ...others])).toBe(expected);
  });

  it('is sent while there is nobody else', () => {
    expect(deliveryStatus(5, 'me', [member('me', 9, 9)])).toBe('SENT');
  });
});
