import type { PaymentId } from '@carethread/contracts/ids.ts';
import type { Money } from '@carethread/contracts/money.ts';
import type { Movement } from '../provider/provider.ts';

/** A movement in our own books. */
export interface Booked {
  readonly kind: 'charge' | 'refund';
  /** Id of the attempt or the refund. */
  readonly reference: string;
  readonly paymentId: PaymentId;
  readonly amount: Money;
  readonly at: Date;
}

/** An attempt or refund of ours whose end is not known: what the provider has of it can be expected to be booked soon. */
export interface Unsettled {
  readonly reference: string;
  readonly paymentId: PaymentId;
}

/** A movement that is not the same in both books. */
export interface Exception {
  readonly kind: 'missing_here' | 'missing_there' | 'amount_differs';
  readonly isCharge: boolean;
  readonly reference: string | null;
  readonly providerId: string | null;
  readonly ours: Money | null;
  readonly theirs: Money | null;
  readonly paymentId: PaymentId | null;
  /** Why it will come right by itself; null when a person has to look. */
  readonly expected: string | null;
}

export interface Compared {
  readonly matched: number;
  readonly exceptions: readonly Exception[];
}

const key = ({ kind, reference }: { kind: string; reference: string | null }) => `${kind}:${reference}`;

/**
 * Lays two books side by side, movement by movement, under our references.
 *
 * Clocks differ, so a movement at the edge of the span may stand in one book within it and in the other outside: `ours`
 * and `theirs` reach further than the span on both sides, and only what one of them has within it is looked for.
 */
export function compare(
  ours: readonly Booked[],
  theirs: readonly Movement[],
  unsettled: readonly Unsettled[],
  isWithin: (at: Date) => boolean,
): Compared {
  const booked = new Map(ours.map((each) => [key(each), each]));
  const told = new Set(theirs.map(key));
  const open = new Map(unsettled.map((each) => [each.reference, each]));
  const exceptions: Exception[] = [];
  let matched = 0;
  for (const movement of theirs) {
    const { reference, providerId, amount, kind } = movement;
    const own = booked.get(key(movement));
    if (!isWithin(own?.at ?? movement.at)) continue;
    const shared = { isCharge: kind === 'charge', reference, providerId, theirs: amount };
    if (!own) {
      const waiting = reference ? open.get(reference) : undefined;
      const expected = waiting ? 'we are still asking the provider about it' : null;
      const paymentId = waiting?.paymentId ?? null;
      exceptions.push({ ...shared, kind: 'missing_here', ours: null, paymentId, expected });
    } else if (own.amount.minor !== amount.minor || own.amount.currency !== amount.currency)
      exceptions.push({
        ...shared,
        kind: 'amount_differs',
        ours: own.amount,
        paymentId: own.paymentId,
        expected: null,
      });
    else matched += 1;
  }
  for (const own of ours)
    if (isWithin(own.at) && !told.has(key(own)))
      exceptions.push({
        kind: 'missing_there',
        isCharge: own.kind === 'charge',
        reference: own.reference,
        providerId: null,
        ours: own.amount,
        theirs: null,
        paymentId: own.paymentId,
        expected: null,
      });
  return { matched, exceptions };
}
