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
import type {
  Attempt as AttemptRow,
  Payment as PaymentRow,
  Refund as RefundRow,
} from '../generated/prisma/client.ts';
import type { Attempt, AttemptStatus, Payment, Refund, RefundStatus } from '../payment.ts';

export type { AttemptRow, PaymentRow, RefundRow };

/** Columns in SQL, under the names Prisma gives them. */
export const paymentColumns = `id, ticket_id AS "ticketId", payer_id AS "payerId", doctor_id AS "doctorId",
  clinic_id AS "clinicId", amount_minor AS "amountMinor", currency, purpose, subject_id AS "subjectId",
  requested_by AS "requestedBy", requested_at AS "requestedAt", status, paid_by AS "paidBy", failures,
  next_try_at AS "nextTryAt", ending, version, event_count AS "eventCount"`;
export const attemptColumns = `id, payment_id AS "paymentId", number, provider, method, status, charge_id AS "chargeId",
  decline, asked, started_at AS "startedAt", ended_at AS "endedAt"`;
export const refundColumns = `id, payment_id AS "paymentId", attempt_id AS "attemptId", number, minor, reason,
  requested_by AS "requestedBy", status, provider_id AS "providerId", failure, started_at AS "startedAt",
  ended_at AS "endedAt"`;

/** Rows as a payment. The database's own checks make the casts true. */
export const toPayment = (
  row: PaymentRow,
  attempts: readonly AttemptRow[],
  refunds: readonly RefundRow[],
): Payment => ({
  id: row.id as PaymentId,
  ticketId: row.ticketId as TicketId,
  payerId: row.payerId as UserId,
  doctorId: row.doctorId as UserId,
  clinicId: row.clinicId as OrganisationId,
  amount: { minor: row.amountMinor, currency: row.currency },
  purpose: row.purpose as PaymentPurpose,
  subjectId: row.subjectId,
  requestedBy: row.requestedBy as UserId | null,
  requestedAt: row.requestedAt,
  attempts: attempts.map(toAttempt),
  refunds: refunds.map(toRefund),
  paidBy: row.paidBy as AttemptId | null,
  failures: row.failures,
  nextTryAt: row.nextTryAt,
  ending: row.ending as PaymentEndReason | null,
  version: row.version,
  eventCount: row.eventCount,
});

const toAttempt = (row: AttemptRow): Attempt => ({
  id: row.id as AttemptId,
  number: row.number,
  provider: row.provider,
  method: row.method,
  status: row.status as AttemptStatus,
  chargeId: row.chargeId,
  decline: row.decline,
  asked: row.asked,
  startedAt: row.startedAt,
  endedAt: row.endedAt,
});

const toRefund = (row: RefundRow): Refund => ({
  id: row.id as RefundId,
  number: row.number,
  attemptId: row.attemptId as AttemptId,
  minor: row.minor,
  reason: row.reason as RefundReason,
  requestedBy: row.requestedBy as UserId | null,
  status: row.status as RefundStatus,
  providerId: row.providerId,
  failure: row.failure,
  startedAt: row.startedAt,
  endedAt: row.endedAt,
});
