import { newId } from '@carethread/contracts/ids.ts';
import { describe, expect, it } from '@jest/globals';
import { attemptIdOf } from '../ids.ts';
import { type AttemptStatus, evolve, type Fact, type Payment, statusOf } from '../payment.ts';
import type { Rules } from '../rules.ts';
import { type ChargeNews, learn } from './learn.ts';
import { freshPayment } from './request.ts';

const rules: Rules = {
  maxRetries: 3,
  retryAfterMs: 10_000,
  askAfterMs: [1, 2],
  settleMs: 60_000,
  copyWaitMs: 0,
};
const begun = new Date('2026-11-20T09:00:00Z');
const later = new Date('2026-11-20T09:05:00Z');
const id = newId<'Payment'>();
const [first, second] = [attemptIdOf(id, 1), attemptIdOf(id, 2)];
const person = newId<'User'>();

const started = (attemptId = first): Fact => ({
  type: 'attempt_started',
  attemptId,
  provider: 'flaky',
  method: 'pm_x',
  anew: attemptId === first,
  at: begun,
});
const succeeded = (attemptId = first, kept = true): Fact => ({
  type: 'attempt_succeeded',
  attemptId,
  chargeId: `ch_${attemptId}`,
  kept,
  at: begun,
});
const declined = (attemptId = first): Fact => ({
  type: 'attempt_declined',
  attemptId,
  chargeId: null,
  cause: 'card_declined',
  at: begun,
});

function after(...facts: Fact[]): Payment {
  const ticket = {
    id: newId<'Ticket'>(),
    patientId: person,
    doctorId: person,
    clinicId: newId<'Organisation'>(),
  };
  const fresh = freshPayment({
    id,
    ticket,
    amount: { minor: 500, currency: 'EUR' },
    purpose: 'other',
    subjectId: null,
    requestedBy: null,
    requestedAt: begun,
  });
  return [{ type: 'requested' } as Fact, ...facts].reduce(evolve, fresh);
}

const inStatus: Record<AttemptStatus, Payment> = {
  sending: after(started()),
  processing: after(started(), { type: 'attempt_processing', attemptId: first, chargeId: 'ch_1' }),
  unknown: after(started(), { type: 'attempt_unknown', attemptId: first }),
  succeeded: after(started(), succeeded()),
  declined: after(started(), declined(), { type: 'gave_up' }),
  voided: after(started(), { type: 'attempt_voided', attemptId: first, at: begun }),
};
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
