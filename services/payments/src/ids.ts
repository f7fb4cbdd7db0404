import {
  type AttemptId,
  derivedId,
  type PaymentId,
  type PaymentTaskId,
  type RefundId,
} from '@carethread/contracts/ids.ts';

// Derived, so that a decision taken again after a lost connection names the same thing, and the provider sees a repeat.

export const attemptIdOf = (paymentId: PaymentId, number: number): AttemptId =>
  derivedId(paymentId, `attempt:${number}`);

export const refundIdOf = (paymentId: PaymentId, number: number): RefundId =>
  derivedId(paymentId, `refund:${number}`);

export const taskIdOf = (paymentId: PaymentId, kind: string, subject: string): PaymentTaskId =>
  derivedId(paymentId, `task:${kind}:${subject}`);
