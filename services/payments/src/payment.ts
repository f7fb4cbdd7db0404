import type {
  PaymentEndReason,
  PaymentPurpose,
  RefundReason,
} from '@carethread/contracts/events/payments.ts';
import type {
  AttemptId,
  OrganisationId,
  PaymentId,
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
