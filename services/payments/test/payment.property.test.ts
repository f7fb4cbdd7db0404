import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { statusOf } from '../src/payment.ts';
import { amount, type Manner, manners, Model, type Step } from './model.ts';

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('task' as const),
      pick: fc.nat(5),
      manner: fc.constantFrom(...manners),
      dies: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('webhook' as const), pick: fc.nat(5), stays: fc.boolean() }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 5_000, 60_000, 200_000),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'start' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'settle' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'cancel' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'end with ticket' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('refund' as const), minor: fc.integer({ min: 1, max: amount }) }),
  },
);

const runs = (manner: Manner): Step => ({ do: 'task', pick: 0, manner, dies: false });
const waits: Step = { do: 'wait', ms: 200_000 };
/** A charge that gets lost and works late, after the next one: rare among random steps, so some begin with it. */
const late: Step[] = [
  { do: 'start' },
  runs('lost, works late'),
  waits,
  runs('works'),
  waits,
  runs('works'),
  runs('works'),
];
const story = fc
  .tuple(fc.constantFrom([], [], [], late), fc.array(step, { minLength: 5, maxLength: 60 }))
  .map(([first, rest]) => [...first, ...rest]);

const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, each) => total + each, 0);

/** What may stand at the end, and what the provider may then have kept. */
function keptIn(model: Model): number {
  const { payment } = model;
  const status = statusOf(payment);
  switch (status) {
    case 'succeeded':
      return amount;
    case 'partly_refunded':
      return (
        amount -
        sum(payment.refunds.filter((each) => each.attemptId === payment.paidBy).map(({ minor }) => minor))
      );
    case 'pending':
    case 'failed':
    case 'cancelled':
    case 'refunded':
      return 0;
    case 'processing':
    case 'unknown':
    case 'refunding':
      throw new Error(`It stays ${status} for ever.`);
    default:
      return status satisfies never;
  }
}

describe('a payment', () => {
  it('is charged at most once, whatever answers, webhooks and deaths come in whatever order', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(story, (steps) => {
        const model = new Model();
        for (const each of steps) model.step(each);
        model.heal();
        const { charges, refunds } = model.provider;
        const taken = sum([...charges.values()].map(({ is }) => (is === 'succeeded' ? amount : 0)));
        const back = sum(refunds.values());
        expect(taken - back).toBe(keptIn(model));
        // The ledger is the provider's books.
        const posted = (kind: string) =>
          sum(model.postings.filter((each) => each.kind === kind).map((each) => each.amount.minor));
        expect([posted('charge'), posted('refund')]).toEqual([taken, back]);
        const references = model.postings.map(({ reference }) => reference);
        expect(new Set(references).size).toBe(references.length);
        seen.add(statusOf(model.payment));
        if (charges.size > 1 && taken > amount) seen.add('charged twice and paid back');
      }),
      { numRuns: 2_000 },
    );
    // The property would hold of a payment to which nothing happens: all of this did.
    expect([...seen].sort()).toEqual(
      [
        'cancelled',
        'charged twice and paid back',
        'failed',
        'partly_refunded',
        'pending',
        'refunded',
        'succeeded',
      ].sort(),
    );
  });
});
