import type {
  PaymentEndReason,
  PaymentPurpose,
  PaymentTaskKind,
  RefundReason,
} from '@carethread/contracts/events/payments.ts';
import type {
  AttemptId,
  OrganisationId,
  PaymentId,
  PaymentTaskId,
  RefundId,
  TicketId,
  UserId,
} from '@carethread/contracts/ids.ts';
import type { Money } from '@carethread/contracts/money.ts';

export const attemptStatuses = [
  'sending',
  'processing',
  'unknown',
  'succeeded',
  'declined',
  'voided',
] as const;
export type AttemptStatus = (typeof attemptStatuses)[number];

/** One try to take the money. Its id is the reference under which the provider knows it, and its idempotency key. */
export interface Attempt {
  readonly id: AttemptId;
  readonly number: number;
  readonly provider: string;
  /** The provider's token of a payment method. No card number ever gets here. */
  readonly method: string;
  readonly status: AttemptStatus;
  /** The provider's own id of the charge, once it has told it. */
  readonly chargeId: string | null;
  /** Coded cause of a decline, such as card_declined. */
  readonly decline: string | null;
  /** How often the provider was asked what became of it, without a definite answer. */
  readonly asked: number;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

export const refundStatuses = ['sending', 'sent', 'succeeded', 'failed'] as const;
export type RefundStatus = (typeof refundStatuses)[number];

/** Money that goes back, of one charge. Its id is the reference at the provider, and its idempotency key. */
export interface Refund {
  readonly id: RefundId;
  readonly number: number;
  readonly attemptId: AttemptId;
  readonly minor: number;
  readonly reason: RefundReason;
  /** Who asked for it; null when it follows from something else. */
  readonly requestedBy: UserId | null;
  readonly status: RefundStatus;
  /** The provider's own id of the refund. */
  readonly providerId: string | null;
  readonly failure: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

export const paymentStatuses = [
  'pending',
  'processing',
  'unknown',
  'succeeded',
  'failed',
  'cancelled',
  'refunding',
  'partly_refunded',
  'refunded',
] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

export interface Payment {
  readonly id: PaymentId;
  readonly ticketId: TicketId;
  readonly payerId: UserId;
  readonly doctorId: UserId;
  readonly clinicId: OrganisationId;
  readonly amount: Money;
  readonly purpose: PaymentPurpose;
  /** What it is for in the service that asked; null when a person asked. */
  readonly subjectId: string | null;
  /** Null when a service asked. */
  readonly requestedBy: UserId | null;
  readonly requestedAt: Date;
  readonly attempts: readonly Attempt[];
  readonly refunds: readonly Refund[];
  /** The attempt whose money counts as the payment. Any other that took money is paid back. */
  readonly paidBy: AttemptId | null;
  /** Definite failures since a person last started it. */
  readonly failures: number;
  /** When the next try follows by itself. */
  readonly nextTryAt: Date | null;
  /** Set once nothing is to be taken any more, or all is to go back. */
  readonly ending: PaymentEndReason | null;
  /** Number of facts. */
  readonly version: number;
  /** Number of events emitted. */
  readonly eventCount: number;
}

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

/** Where the payment stands, from what happened to its attempts and refunds. */
export function statusOf(payment: Payment): PaymentStatus {
  const { minor } = payment.amount;
  if (payment.paidBy) {
    const back = refundedOf(payment, payment.paidBy);
    if (back.done === minor) return 'refunded';
    if (back.done + back.moving === minor) return 'refunding';
    return back.done > 0 ? 'partly_refunded' : 'succeeded';
  }
  const open = openAttempt(payment);
  if (open) return open.status === 'unknown' ? 'unknown' : 'processing';
  if (payment.ending) return 'cancelled';
  if (payment.nextTryAt) return 'processing';
  return payment.attempts.length > 0 ? 'failed' : 'pending';
}

export const isOpen = ({ status }: Pick<Attempt, 'status'>): boolean =>
  status === 'sending' || status === 'processing' || status === 'unknown';

/** The attempt whose end is not known. There is never more than one. */
export const openAttempt = (payment: Payment): Attempt | null => payment.attempts.find(isOpen) ?? null;

export function attemptOf(payment: Payment, id: AttemptId): Attempt {
  const attempt = payment.attempts.find((each) => each.id === id);
  if (!attempt) throw new Error(`Payment ${payment.id} has no attempt ${id}.`);
  return attempt;
}

/** What goes back, or went back, of one charge, in minor units. Failed refunds do not count. */
export function refundedOf(payment: Payment, attemptId: AttemptId): { done: number; moving: number } {
  const sum = (...statuses: RefundStatus[]) =>
    payment.refunds
      .filter((refund) => refund.attemptId === attemptId && statuses.includes(refund.status))
      .reduce((total, { minor }) => total + minor, 0);
  return { done: sum('succeeded'), moving: sum('sending', 'sent') };
}

/** What can still be paid back of the payment itself, in minor units. */
export function refundable(payment: Payment): number {
  if (!payment.paidBy) return 0;
  const { done, moving } = refundedOf(payment, payment.paidBy);
  return payment.amount.minor - done - moving;
}

/** Who has to look when something cannot be settled by itself: whoever asked for the money, or the ticket's doctor. */
export const ownerOf = ({ requestedBy, doctorId }: Payment): UserId => requestedBy ?? doctorId;

const withAttempt = (payment: Payment, id: AttemptId, change: Partial<Attempt>): Payment => ({
  ...payment,
  attempts: payment.attempts.map((each) => (each.id === id ? { ...each, ...change } : each)),
});

const withRefund = (payment: Payment, id: RefundId, change: Partial<Refund>): Payment => ({
  ...payment,
  refunds: payment.refunds.map((each) => (each.id === id ? { ...each, ...change } : each)),
});
