import { emit } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { EventDefinition } from '@carethread/contracts/define-event.ts';
import {
  PaymentCancelled,
  PaymentFailed,
  PaymentNeedsAttention,
  PaymentProcessing,
  PaymentRefunded,
  PaymentRefunding,
  PaymentRequested,
  PaymentSucceeded,
  PaymentUnknown,
} from '@carethread/contracts/events/payments.ts';
import type { RefundId } from '@carethread/contracts/ids.ts';
import { type Cause, proxyIn } from '@carethread/service-kit/cause.ts';
import type { Fact } from './fact.ts';
import { type Payment, statusOf } from './payment.ts';

type Emit = (tx: Tx, sequence: number, cause: Cause) => void;

/** The events that tell of a change: one for a new status, one for each fact that others act upon. */
export function announce(before: Payment, after: Payment, facts: readonly Fact[]): Emit[] {
  return [...ofStatus(before, after), ...facts.flatMap((fact) => ofFact(fact, after))];
}

function ofStatus(before: Payment, after: Payment): Emit[] {
  const status = statusOf(after);
  // A payment that did not exist before is told of as requested, whatever its status.
  if (before.version === 0 || statusOf(before) === status) return [];
  const about = aboutOf(after);
  switch (status) {
    case 'processing':
      return [toEmit(PaymentProcessing, after, about)];
    case 'unknown':
      return [toEmit(PaymentUnknown, after, about)];
    case 'succeeded':
      // After a refund that failed it is merely as paid as it was.
      return before.paidBy ? [] : [toEmit(PaymentSucceeded, after, about)];
    case 'failed': {
      const last = after.attempts.at(-1);
      const cause = last?.decline ?? last?.status ?? 'unknown';
      return [toEmit(PaymentFailed, after, { ...about, cause, tries: after.failures })];
    }
    case 'cancelled':
      return after.ending ? [toEmit(PaymentCancelled, after, { ...about, reason: after.ending })] : [];
    case 'pending':
    case 'refunding':
    case 'partly_refunded':
    case 'refunded':
      // Told by the refunds themselves.
      return [];
    default:
      return status satisfies never;
  }
}

function ofFact(fact: Fact, after: Payment): Emit[] {
  const about = aboutOf(after);
  switch (fact.type) {
    case 'requested':
      return [toEmit(PaymentRequested, after, { ...about, purpose: after.purpose })];
    case 'refund_started':
      return [toEmit(PaymentRefunding, after, { ...about, ...refundIn(after, fact.refundId) })];
    case 'refund_succeeded': {
      const whole = statusOf(after) === 'refunded';
      return [toEmit(PaymentRefunded, after, { ...about, ...refundIn(after, fact.refundId), whole })];
    }
    case 'attention_needed': {
      const { taskId, kind, ownerId } = fact;
      return [toEmit(PaymentNeedsAttention, after, { ...about, taskId, kind, ownerId })];
    }
    case 'attempt_started':
    case 'attempt_processing':
    case 'attempt_unknown':
    case 'attempt_asked':
    case 'attempt_succeeded':
    case 'attempt_declined':
    case 'attempt_voided':
    case 'retry_planned':
    case 'gave_up':
    case 'ended':
    case 'refund_sent':
    case 'refund_failed':
      return [];
    default:
      return fact satisfies never;
  }
}

const aboutOf = ({ id: paymentId, ticketId, payerId, subjectId, amount }: Payment) => ({
  paymentId,
  ticketId,
  payerId,
  subjectId,
  amountMinor: amount.minor,
  currency: amount.currency,
});

function refundIn(payment: Payment, id: RefundId) {
  const { minor: refundMinor, reason } = payment.refunds.find((refund) => refund.id === id)!;
  return { refundId: id, refundMinor, reason };
}

const toEmit =
  <Data>(definition: EventDefinition<string, Data>, { id: aggregateId }: Payment, data: Data): Emit =>
  (tx, sequence, cause) =>
    void emit(tx, definition, { aggregateId, sequence, data: { ...data, ...proxyIn(cause) }, ...cause });
