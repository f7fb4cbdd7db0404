import { describe, expect, it } from '@jest/globals';
import {
  begun,
  declined,
  first,
  id,
  inStatus,
  later,
  rules,
  second,
  started,
  after,
} from '../../test/examples.ts';
import { attemptIdOf } from '../ids.ts';
import { evolve, type Fact } from '../fact.ts';
import { type AttemptStatus, type Payment, statusOf } from '../payment.ts';
import { type ChargeNews, learn } from './learn.ts';

const news: Record<string, ChargeNews> = {
  succeeded: { is: 'succeeded', chargeId: 'ch_1' },
  processing: { is: 'processing', chargeId: 'ch_1' },
  'declined for good': { is: 'declined', chargeId: 'ch_1', cause: 'lost_card', passing: false },
  'declined for now': { is: 'declined', chargeId: 'ch_1', cause: 'try_again_later', passing: true },
  voided: { is: 'voided' },
  absent: { is: 'absent' },
  silent: { is: 'silent' },
};
const factsOf = (payment: Payment, what: ChargeNews, now = later) =>
  learn(payment, first, what, rules, now).map(({ type }) => type);

describe('what a piece of news about a charge means', () => {
  // Rows: what is known of the attempt. Columns: what is heard of it.
  it.each([
    ['sending', 'succeeded', ['attempt_succeeded']],
    ['sending', 'processing', ['attempt_processing']],
    ['sending', 'declined for good', ['attempt_declined', 'gave_up']],
    ['sending', 'declined for now', ['attempt_declined', 'retry_planned']],
    ['sending', 'voided', ['attempt_voided']],
    ['sending', 'absent', ['attempt_declined', 'retry_planned']],
    ['sending', 'silent', ['attempt_unknown']],
    ['processing', 'succeeded', ['attempt_succeeded']],
    ['processing', 'processing', ['attempt_asked']],
    ['processing', 'declined for good', ['attempt_declined', 'gave_up']],
    ['processing', 'declined for now', ['attempt_declined', 'retry_planned']],
    ['processing', 'voided', ['attempt_voided']],
    ['processing', 'silent', ['attempt_asked']],
    ['unknown', 'succeeded', ['attempt_succeeded']],
    ['unknown', 'processing', ['attempt_processing']],
    ['unknown', 'declined for good', ['attempt_declined', 'gave_up']],
    ['unknown', 'declined for now', ['attempt_declined', 'retry_planned']],
    ['unknown', 'voided', ['attempt_voided']],
    ['unknown', 'absent', ['attempt_declined', 'retry_planned']],
    ['unknown', 'silent', ['attempt_asked']],
    ...Object.keys(news).map((what) => ['succeeded', what, []]),
    ...Object.keys(news).map((what) => ['declined', what, what === 'succeeded' ? ['attempt_succeeded'] : []]),
    ...Object.keys(news).map((what) => ['voided', what, what === 'succeeded' ? ['attempt_succeeded'] : []]),
  ] as [AttemptStatus, string, string[]][])('%s, and it is heard: %s', (status, what, expected) => {
    expect(factsOf(inStatus[status], news[what]!)).toEqual(expected);
  });

  it('"we do not know it" is believed only once the request cannot be on its way any more', () => {
    const soon = new Date(begun.getTime() + 59_999);
    expect(factsOf(inStatus.unknown, news['absent']!, soon)).toEqual(['attempt_asked']);
    expect(factsOf(inStatus.unknown, news['absent']!, new Date(begun.getTime() + 60_000))).toContain(
      'attempt_declined',
    );
  });

  it('the question that was planned last opens a task, once', () => {
    let payment = inStatus.unknown;
    const opened = [1, 2, 3, 4].map(() => {
      const facts = learn(payment, first, { is: 'silent' }, rules, later);
      payment = facts.reduce(evolve, payment);
      return facts.some(({ type }) => type === 'attention_needed');
    });
    expect(opened).toEqual([false, true, false, false]);
  });

  it('a passing cause is tried three times more and no more (P-04)', () => {
    let payment = inStatus.sending;
    const outcomes: string[] = [];
    for (let number = 1; number <= 4; number++) {
      const facts = learn(payment, attemptIdOf(id, number), news['declined for now']!, rules, later);
      outcomes.push(facts.at(-1)!.type);
      payment = [...facts, started(attemptIdOf(id, number + 1))].reduce(evolve, payment);
    }
    expect(outcomes).toEqual(['retry_planned', 'retry_planned', 'retry_planned', 'gave_up']);
  });

  it('money that was taken a second time goes back, whichever of the two is heard of first', () => {
    const both = after(started(), declined(), started(second));
    const lateFirst = learn(both, first, { is: 'succeeded', chargeId: 'ch_1' }, rules, later);
    expect(lateFirst).toMatchObject([{ type: 'attempt_succeeded', kept: true }]);
    const paid = lateFirst.reduce(evolve, both);
    expect(statusOf(paid)).toBe('succeeded');
    expect(learn(paid, second, { is: 'succeeded', chargeId: 'ch_2' }, rules, later)).toMatchObject([
      { type: 'attempt_succeeded', kept: false },
      { type: 'refund_started', attemptId: second, minor: 500, reason: 'charged_twice', requestedBy: null },
    ]);
  });

  it('money that was taken although the payment had been ended goes back', () => {
    const ended = [{ type: 'ended', reason: 'ticket_cancelled' } as Fact].reduce(evolve, inStatus.unknown);
    expect(learn(ended, first, news['succeeded']!, rules, later)).toMatchObject([
      { type: 'attempt_succeeded', kept: true },
      { type: 'refund_started', reason: 'ticket_cancelled', minor: 500 },
    ]);
    expect(factsOf(ended, news['declined for now']!)).toEqual(['attempt_declined']);
    expect(statusOf(learn(ended, first, news['absent']!, rules, later).reduce(evolve, ended))).toBe(
      'cancelled',
    );
  });
});
