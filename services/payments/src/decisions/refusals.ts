import { type Refusal, refuse, staleVersion } from '@carethread/service-kit/refusal.ts';
import { type Payment, statusOf } from '../payment.ts';

/** A refusal when the person decided on an older state than the one that is. */
export const versionProblem = (payment: Payment, expected: number): Refusal | null =>
  expected === payment.version ? null : staleVersion(expected, payment.version);

export const wrongStatus = (payment: Payment, message: string): Refusal =>
  refuse('ILLEGAL_MOVE', message, { currentStatus: statusOf(payment).toUpperCase() });

export const noSuchPayment = (): Refusal =>
  refuse('NOT_FOUND', 'There is no such payment.', { path: ['input', 'paymentId'] });
