import type { RefundReason } from '@carethread/contracts/events/payments.ts';
import type { RefundId, UserId } from '@carethread/contracts/ids.ts';
import { moneyText } from '@carethread/contracts/money.ts';
import { type Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { refundIdOf, taskIdOf } from '../ids.ts';
import type { Fact } from '../fact.ts';
import { ownerOf, type Payment, type Refund, refundable } from '../payment.ts';
import { versionProblem, wrongStatus } from './refusals.ts';

/** Somebody pays back a part, or (no amount) all that is left. Never more than was taken. */
export function refund(
  payment: Payment,
  wish: { minor: number | null; reason: RefundReason; by: UserId; expectedVersion: number },
  at: Date,
): Fact[] | Refusal {
  // What is paid back there is not handed over: only prescriptions can see to both at once.
  if (payment.subjectId !== null && wish.reason !== 'goodwill')
    return refuse(
      'NOT_ALLOWED',
      'It pays for a renewal: decline it, cancel its ticket, or pay back its lines. Here, only goodwill.',
    );
  if (!payment.paidBy) return wrongStatus(payment, 'There is nothing to pay back: no money was taken.');
  const left = refundable(payment);
  if (left === 0) return wrongStatus(payment, 'All of it goes back, or went back, already.');
  if (wish.minor !== null && wish.minor > left) {
    const text = moneyText({ minor: left, currency: payment.amount.currency });
    return refuse('INVALID', `minor: at most ${text} can still be paid back`, { path: ['input', 'minor'] });
  }
  const stale = versionProblem(payment, wish.expectedVersion);
  if (stale) return stale;
  return [
    {
      type: 'refund_started',
      refundId: refundIdOf(payment.id, payment.refunds.length + 1),
      attemptId: payment.paidBy,
      minor: wish.minor ?? left,
      reason: wish.reason,
      requestedBy: wish.by,
      at,
    },
  ];
}

/** As much of this as is left goes back, because a service says so. */
export function refundPart(
  payment: Payment,
  { minor, reason, by }: { minor: number; reason: RefundReason; by: UserId },
  at: Date,
): Fact[] {
  const part = Math.min(minor, refundable(payment));
  if (!payment.paidBy || part === 0) return [];
  const refundId = refundIdOf(payment.id, payment.refunds.length + 1);
  return [
    { type: 'refund_started', refundId, attemptId: payment.paidBy, minor: part, reason, requestedBy: by, at },
  ];
}

/** What somebody says about a refund: the answer to the call, to a question, or a webhook. */
export type RefundNews =
  | { readonly is: 'succeeded'; readonly providerId: string }
  /** Accepted; the bank takes its time. */
  | { readonly is: 'sent'; readonly providerId: string }
  | { readonly is: 'failed'; readonly cause: string }
  | { readonly is: 'silent' };

/** Tries after which a person is told that a refund gets no answer; they go on. */
export const refundTriesUntilTold = 8;

/** What a piece of news means. Call and webhook tell of one refund: the second one changes nothing (P-07). */
export function learnOfRefund(
  payment: Payment,
  refundId: RefundId,
  news: RefundNews,
  now: Date,
  tries = 0,
): Fact[] {
  const known = payment.refunds.find(({ id }) => id === refundId);
  if (!known) throw new Error(`Payment ${payment.id} has no refund ${refundId}.`);
  const moving = known.status === 'sending' || known.status === 'sent';
  switch (news.is) {
    case 'succeeded':
      return moving ? [{ type: 'refund_succeeded', refundId, providerId: news.providerId, at: now }] : [];
    case 'sent':
      return known.status === 'sending'
        ? [{ type: 'refund_sent', refundId, providerId: news.providerId }]
        : [];
    case 'failed':
      if (known.status === 'failed') return [];
      return [
        // What was booked as paid back stays booked; the task and the reconciliation show that it came back.
        ...(moving ? [{ type: 'refund_failed' as const, refundId, cause: news.cause, at: now }] : []),
        attention(payment, known, 'refund_failed'),
      ];
    case 'silent':
      return moving && tries === refundTriesUntilTold ? [attention(payment, known, 'refund_unknown')] : [];
    default:
      return news satisfies never;
  }
}

const attention = (
  payment: Payment,
  { id: subject }: Refund,
  kind: 'refund_failed' | 'refund_unknown',
): Fact => ({
  type: 'attention_needed',
  taskId: taskIdOf(payment.id, kind, subject),
  kind,
  ownerId: ownerOf(payment),
  subject,
});
