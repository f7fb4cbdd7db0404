import { newId } from '@carethread/contracts/ids.ts';
import { describe, expect, it } from '@jest/globals';
import type { Movement } from '../provider/provider.ts';
import { type Booked, compare } from './compare.ts';

const at = new Date('2026-11-20T09:00:00Z');
const paymentId = newId<'Payment'>();
const ours = (reference: string, minor = 500, more: Partial<Booked> = {}): Booked => ({
  kind: 'charge',
  reference,
  paymentId,
  amount: { minor, currency: 'EUR' },
  at,
  ...more,
});
const theirs = (reference: string | null, minor = 500, more: Partial<Movement> = {}): Movement => ({
  kind: 'charge',
  providerId: `pi_${reference}`,
  reference,
  amount: { minor, currency: 'EUR' },
  at,
  ...more,
});
const all = () => true;

describe('two books side by side (P-10)', () => {
  it('fit movement by movement', () => {
    const refund = { kind: 'refund' } as const;
    const answer = compare(
      [ours('a'), ours('a', 200, refund)],
      [theirs('a', 200, refund), theirs('a')],
      [],
      all,
    );
    expect(answer).toEqual({ matched: 2, exceptions: [] });
  });

  it('name what one has and the other has not, and what differs', () => {
    const { matched, exceptions } = compare(
      [ours('a'), ours('b'), ours('c', 500), ours('d', 500)],
      [
        theirs('a'),
        theirs('c', 499),
        theirs('d', 500, { amount: { minor: 500, currency: 'USD' } }),
        theirs('x'),
        theirs(null),
      ],
      [],
      all,
    );
    expect(matched).toBe(1);
    expect(exceptions.map(({ kind, reference }) => [kind, reference])).toEqual([
      ['amount_differs', 'c'],
      ['amount_differs', 'd'],
      ['missing_here', 'x'],
      ['missing_here', null],
      ['missing_there', 'b'],
    ]);
  });

  it('know what comes right by itself: a charge that we are still asking about', () => {
    const { exceptions } = compare([], [theirs('a')], [{ reference: 'a', paymentId }], all);
    expect(exceptions).toMatchObject([{ kind: 'missing_here', paymentId, expected: expect.any(String) }]);
  });

  it('are not off because a movement lies beyond the edge in one of them', () => {
    const [before, within] = [new Date(at.getTime() - 1), at];
    const isWithin = (time: Date) => time >= at;
    expect(
      compare([ours('a', 500, { at: within })], [theirs('a', 500, { at: before })], [], isWithin),
    ).toEqual({
      matched: 1,
      exceptions: [],
    });
    expect(
      compare([ours('a', 500, { at: before })], [theirs('a', 500, { at: within })], [], isWithin),
    ).toEqual({
      matched: 0,
      exceptions: [],
    });
  });
});
