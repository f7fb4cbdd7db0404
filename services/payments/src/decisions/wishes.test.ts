import { describe, expect, it } from '@jest/globals';
import { ticketStatuses } from '@carethread/contracts/events/tickets.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { after, begun, first, inStatus, later, person, started, succeeded } from '../../test/examples.ts';
import { refundIdOf } from '../ids.ts';
import { evolve, type Fact } from '../fact.ts';
import { type Payment, statusOf } from '../payment.ts';
import { cancel, endWithTicket } from './end.ts';
import { learnOfRefund, refund } from './refund.ts';
import { retry, retryByItself, start, ticketProblem } from './start.ts';

const pending = after();
const paid = inStatus.succeeded;
const refundFact = (payment: Payment, minor: number): Fact => ({
  type: 'refund_started',
  refundId: refundIdOf(payment.id, payment.refunds.length + 1),
  attemptId: first,
  minor,
  reason: 'goodwill',
  requestedBy: person,
  at: begun,
});
const back = (payment: Payment): Fact => ({
  type: 'refund_succeeded',
  refundId: payment.refunds.at(-1)!.id,
  providerId: 're_1',
  at: begun,
});
const refunding = evolve(paid, refundFact(paid, 500));
const part = evolve(paid, refundFact(paid, 200));
const partly = evolve(part, back(part));
const refunded = evolve(refunding, back(refunding));
const cancelled = evolve(pending, { type: 'ended', reason: 'patient_wish' });

/** A payment in every status. */
const payments = {
  pending,
  processing: inStatus.sending,
  unknown: inStatus.unknown,
  succeeded: paid,
  failed: inStatus.declined,
  cancelled,
  refunding,
  partly_refunded: partly,
  refunded,
};
type Name = keyof typeof payments;
const names = Object.keys(payments) as Name[];

const outcome = (decision: Fact[] | Refusal) =>
  decision instanceof Refusal ? decision.userErrors[0]!.code : decision.map(({ type }) => type);
const wish = (payment: Payment) => ({ provider: 'flaky', method: 'pm_x', expectedVersion: payment.version });
const starts = (name: Name) => outcome(start(payments[name], wish(payments[name]), 'sent', later));
const retries = (name: Name) => outcome(retry(payments[name], wish(payments[name]), 'sent', later));
const cancels = (name: Name) =>
  cancel(payments[name], { reason: 'patient_wish', expectedVersion: payments[name].version }).outcome;
const ends = (name: Name) =>
  outcome(endWithTicket(payments[name], { reason: 'ticket_cancelled', partHandedOver: false }, later));
const refunds = (name: Name, minor: number | null = null) => {
  const { version: expectedVersion } = payments[name];
  return outcome(refund(payments[name], { minor, reason: 'goodwill', by: person, expectedVersion }, later));
};

it('each example is in the status it stands for', () => {
  for (const name of names) expect(statusOf(payments[name])).toBe(name);
});

describe('what can be wished of a payment in each status', () => {
  it.each<[Name, unknown, unknown, unknown, unknown, unknown]>([
    // status, start, retry, cancel, refund, end of the ticket
    ['pending', ['attempt_started'], 'ILLEGAL_MOVE', 'CANCELLED', 'ILLEGAL_MOVE', ['ended']],
    ['processing', 'ILLEGAL_MOVE', 'ILLEGAL_MOVE', 'UNWINDING', 'ILLEGAL_MOVE', ['ended']],
    ['unknown', 'ILLEGAL_MOVE', 'ILLEGAL_MOVE', 'UNWINDING', 'ILLEGAL_MOVE', ['ended']],
    [
      'succeeded',
      'ILLEGAL_MOVE',
      'ILLEGAL_MOVE',
      'TOO_LATE',
      ['refund_started'],
      ['ended', 'refund_started'],
    ],
    ['failed', 'ILLEGAL_MOVE', ['attempt_started'], 'CANCELLED', 'ILLEGAL_MOVE', ['ended']],
    ['cancelled', 'ILLEGAL_MOVE', 'ILLEGAL_MOVE', 'ALREADY_CANCELLED', 'ILLEGAL_MOVE', []],
    ['refunding', 'ILLEGAL_MOVE', 'ILLEGAL_MOVE', 'TOO_LATE', 'ILLEGAL_MOVE', []],
    [
      'partly_refunded',
      'ILLEGAL_MOVE',
      'ILLEGAL_MOVE',
      'TOO_LATE',
      ['refund_started'],
      ['ended', 'refund_started'],
    ],
    ['refunded', 'ILLEGAL_MOVE', 'ILLEGAL_MOVE', 'TOO_LATE', 'ILLEGAL_MOVE', []],
  ])('%s', (name, started_, retried, cancelled_, refunded_, ended) => {
    expect([starts(name), retries(name), cancels(name), refunds(name), ends(name)]).toEqual([
      started_,
      retried,
      cancelled_,
      refunded_,
      ended,
    ]);
  });

  it('on a version that is not the newest, nothing', () => {
    const stale = { ...wish(pending), expectedVersion: 9 };
    expect(outcome(start(pending, stale, 'sent', later))).toBe('CONFLICT');
    expect(cancel(pending, { reason: 'patient_wish', expectedVersion: 9 })).toMatchObject({ outcome: null });
    const back9 = { minor: 1, reason: 'goodwill', by: person, expectedVersion: 9 } as const;
    expect(outcome(refund(paid, back9, later))).toBe('CONFLICT');
  });
});

describe('the ticket', () => {
  it('lets nothing be charged once it is being cancelled or has come to nothing (T-13)', () => {
    const closed = ticketStatuses.filter((status) => ticketProblem(status));
    expect(closed.sort()).toEqual(['cancel_marked', 'cancelled', 'expired', 'not_fulfilled']);
    expect(outcome(start(pending, wish(pending), 'expired', later))).toBe('EXPIRED');
  });

  it('takes an automatic try with it', () => {
    const plannedAt = later;
    const waiting = [
      started(),
      { type: 'attempt_declined', attemptId: first, chargeId: null, cause: 'x', at: begun } as Fact,
      { type: 'retry_planned', at: plannedAt } as Fact,
    ].reduce(evolve, pending);
    const tries = (ticket: 'sent' | 'expired', at = plannedAt) =>
      outcome(retryByItself(waiting, { plannedAt: at, ticket }, later));
    expect(tries('sent')).toEqual(['attempt_started']);
    expect(tries('expired')).toEqual(['gave_up']);
    // A timer of an earlier plan finds another one.
    expect(tries('sent', begun)).toEqual([]);
  });

  it('of which a part was handed over leaves the amount to a person', () => {
    const decision = endWithTicket(paid, { reason: 'ticket_cancelled', partHandedOver: true }, later);
    expect(outcome(decision)).toEqual(['ended', 'attention_needed']);
    expect(
      endWithTicket(
        decision.reduce(evolve, paid),
        { reason: 'ticket_cancelled', partHandedOver: true },
        later,
      ),
    ).toEqual([]);
  });
});

describe('refunds', () => {
  it.each([
    [1, ['refund_started']],
    [300, ['refund_started']],
    [301, 'INVALID'],
  ])('of what is left after a part went back: %d', (minor, expected) => {
    expect(refunds('partly_refunded', minor)).toEqual(expected);
  });

  it('told of twice are one, and a failure after success is a person’s matter', () => {
    const refundId = refunding.refunds[0]!.id;
    const told = { is: 'succeeded', providerId: 're_1' } as const;
    expect(learnOfRefund(refunding, refundId, told, later)).toHaveLength(1);
    expect(learnOfRefund(refunded, refundId, told, later)).toEqual([]);
    expect(learnOfRefund(refunded, refundId, { is: 'sent', providerId: 're_1' }, later)).toEqual([]);
    const failed = { is: 'failed', cause: 'lost_card' } as const;
    expect(outcome(learnOfRefund(refunding, refundId, failed, later))).toEqual([
      'refund_failed',
      'attention_needed',
    ]);
    expect(outcome(learnOfRefund(refunded, refundId, failed, later))).toEqual(['attention_needed']);
    expect(statusOf(after(started(), succeeded()))).toBe('succeeded');
  });
});
