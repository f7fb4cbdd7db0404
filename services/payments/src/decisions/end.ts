import type { PaymentEndReason } from '@carethread/contracts/events/payments.ts';
import type { Refusal } from '@carethread/service-kit/refusal.ts';
import { refundIdOf, taskIdOf } from '../ids.ts';
import type { Fact } from '../fact.ts';
import { openAttempt, ownerOf, type Payment, refundable, statusOf } from '../payment.ts';
import { versionProblem, wrongStatus } from './refusals.ts';

export const paymentCancelOutcomes = [
  'CANCELLED',
  'UNWINDING',
  'ALREADY_CANCELLED',
  'TOO_LATE',
  'NOT_FOUND',
] as const;
export type PaymentCancelOutcome = (typeof paymentCancelOutcomes)[number];

export interface CancelDecision {
  /** Null when the wish was based on an older version. */
  outcome: PaymentCancelOutcome | null;
  facts: Fact[] | Refusal;
}

/** Somebody cancels a payment. What the provider may just be taking is voided, or paid back when it was taken. */
export function cancel(
  payment: Payment,
  { reason, expectedVersion }: { reason: PaymentEndReason; expectedVersion: number },
): CancelDecision {
  const refused = (outcome: PaymentCancelOutcome, message: string): CancelDecision => ({
    outcome,
    facts: wrongStatus(payment, message),
  });
  const status = statusOf(payment);
  switch (status) {
    case 'pending':
    case 'failed':
    case 'processing':
    case 'unknown': {
      if (payment.ending) return { outcome: 'UNWINDING', facts: [] };
      const stale = versionProblem(payment, expectedVersion);
      if (stale) return { outcome: null, facts: stale };
      const outcome = openAttempt(payment) ? 'UNWINDING' : 'CANCELLED';
      return { outcome, facts: [{ type: 'ended', reason }] };
    }
    case 'cancelled':
      return refused('ALREADY_CANCELLED', 'It was cancelled before.');
    case 'succeeded':
    case 'partly_refunded':
    case 'refunding':
    case 'refunded':
      return refused('TOO_LATE', 'The money was taken; it can be refunded.');
    default:
      return status satisfies never;
  }
}

/**
 * The ticket came to nothing: what was not taken is not taken any more, and what was taken goes back. Where a part was
 * handed over, a person decides how much goes back. Running it twice changes nothing.
 */
export function endWithTicket(
  payment: Payment,
  { reason, partHandedOver }: { reason: PaymentEndReason; partHandedOver: boolean },
  at: Date,
): Fact[] {
  if (payment.ending) return [];
  const ended: Fact = { type: 'ended', reason };
  const minor = refundable(payment);
  if (!payment.paidBy) return [ended];
  if (minor === 0) return [];
  if (partHandedOver) {
    const kind = 'part_handed_over';
    const taskId = taskIdOf(payment.id, kind, payment.ticketId);
    const subject = payment.ticketId;
    return [ended, { type: 'attention_needed', taskId, kind, ownerId: ownerOf(payment), subject }];
  }
  const refundId = refundIdOf(payment.id, payment.refunds.length + 1);
  const attemptId = payment.paidBy;
  return [ended, { type: 'refund_started', refundId, attemptId, minor, reason, requestedBy: null, at }];
}
