import type {
  PaymentEndReason,
  PaymentTaskKind,
  RefundReason,
} from '@carethread/contracts/events/payments.ts';
import type { AttemptId, PaymentTaskId, RefundId, UserId } from '@carethread/contracts/ids.ts';
import { type Attempt, attemptOf, type Payment, type Refund } from './payment.ts';

/** What can happen to a payment. */
export type Fact =
  | { readonly type: 'requested' }
  | {
      readonly type: 'attempt_started';
      readonly attemptId: AttemptId;
      readonly provider: string;
      readonly method: string;
      /** A person began: the budget of automatic tries is whole again. */
      readonly anew: boolean;
      readonly at: Date;
    }
  | { readonly type: 'attempt_processing'; readonly attemptId: AttemptId; readonly chargeId: string }
  | { readonly type: 'attempt_unknown'; readonly attemptId: AttemptId }
  /** The provider was asked, and what it said was not definite. */
  | { readonly type: 'attempt_asked'; readonly attemptId: AttemptId }
  | {
      readonly type: 'attempt_succeeded';
      readonly attemptId: AttemptId;
      readonly chargeId: string;
      /** Whether this is the money that counts; false for a second charge. */
      readonly kept: boolean;
      readonly at: Date;
    }
  | {
      readonly type: 'attempt_declined';
      readonly attemptId: AttemptId;
      readonly chargeId: string | null;
      readonly cause: string;
      readonly at: Date;
    }
  | { readonly type: 'attempt_voided'; readonly attemptId: AttemptId; readonly at: Date }
  | { readonly type: 'retry_planned'; readonly at: Date }
  | { readonly type: 'gave_up' }
  | { readonly type: 'ended'; readonly reason: PaymentEndReason }
  | {
      readonly type: 'refund_started';
      readonly refundId: RefundId;
      readonly attemptId: AttemptId;
      readonly minor: number;
      readonly reason: RefundReason;
      readonly requestedBy: UserId | null;
      readonly at: Date;
    }
  | { readonly type: 'refund_sent'; readonly refundId: RefundId; readonly providerId: string }
  | {
      readonly type: 'refund_succeeded';
      readonly refundId: RefundId;
      readonly providerId: string;
      readonly at: Date;
    }
  | { readonly type: 'refund_failed'; readonly refundId: RefundId; readonly cause: string; readonly at: Date }
  | {
      readonly type: 'attention_needed';
      readonly taskId: PaymentTaskId;
      readonly kind: PaymentTaskKind;
      readonly ownerId: UserId;
      /** The attempt, refund or other thing it is about. */
      readonly subject: string;
    };

/** The payment after the fact. */
export function evolve(payment: Payment, fact: Fact): Payment {
  const later = { ...payment, version: payment.version + 1 };
  switch (fact.type) {
    case 'requested':
    case 'attention_needed':
      return later;
    case 'attempt_started': {
      const { attemptId: id, provider, method, at: startedAt } = fact;
      const attempt: Attempt = {
        id,
        number: payment.attempts.length + 1,
        provider,
        method,
        status: 'sending',
        chargeId: null,
        decline: null,
        asked: 0,
        startedAt,
        endedAt: null,
      };
      const failures = fact.anew ? 0 : payment.failures;
      return { ...later, attempts: [...payment.attempts, attempt], failures, nextTryAt: null };
    }
    case 'attempt_processing':
      return withAttempt(later, fact.attemptId, { status: 'processing', chargeId: fact.chargeId });
    case 'attempt_unknown':
      return withAttempt(later, fact.attemptId, { status: 'unknown' });
    case 'attempt_asked':
      return withAttempt(later, fact.attemptId, { asked: attemptOf(payment, fact.attemptId).asked + 1 });
    case 'attempt_succeeded': {
      const { attemptId, chargeId, at: endedAt, kept } = fact;
      const charged = withAttempt(later, attemptId, {
        status: 'succeeded',
        chargeId,
        decline: null,
        endedAt,
      });
      return kept ? { ...charged, paidBy: attemptId, nextTryAt: null } : charged;
    }
    case 'attempt_declined': {
      const { attemptId, cause: decline, at: endedAt } = fact;
      const chargeId = fact.chargeId ?? attemptOf(payment, attemptId).chargeId;
      const declined = withAttempt(later, attemptId, { status: 'declined', decline, chargeId, endedAt });
      return { ...declined, failures: payment.failures + 1 };
    }
    case 'attempt_voided':
      return withAttempt(later, fact.attemptId, { status: 'voided', endedAt: fact.at });
    case 'retry_planned':
      return { ...later, nextTryAt: fact.at };
    case 'gave_up':
      return { ...later, nextTryAt: null };
    case 'ended':
      return { ...later, ending: fact.reason, nextTryAt: null };
    case 'refund_started': {
      const { refundId: id, attemptId, minor, reason, requestedBy, at: startedAt } = fact;
      const refund: Refund = {
        id,
        number: payment.refunds.length + 1,
        attemptId,
        minor,
        reason,
        requestedBy,
        status: 'sending',
        providerId: null,
        failure: null,
        startedAt,
        endedAt: null,
      };
      return { ...later, refunds: [...payment.refunds, refund] };
    }
    case 'refund_sent':
      return withRefund(later, fact.refundId, { status: 'sent', providerId: fact.providerId });
    case 'refund_succeeded': {
      const { providerId, at: endedAt } = fact;
      return withRefund(later, fact.refundId, { status: 'succeeded', providerId, endedAt });
    }
    case 'refund_failed':
      return withRefund(later, fact.refundId, { status: 'failed', failure: fact.cause, endedAt: fact.at });
    default:
      return fact satisfies never;
  }
}

const withAttempt = (payment: Payment, id: AttemptId, change: Partial<Attempt>): Payment => ({
  ...payment,
  attempts: payment.attempts.map((each) => (each.id === id ? { ...each, ...change } : each)),
});

const withRefund = (payment: Payment, id: RefundId, change: Partial<Refund>): Payment => ({
  ...payment,
  refunds: payment.refunds.map((each) => (each.id === id ? { ...each, ...change } : each)),
});
