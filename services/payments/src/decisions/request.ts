import type { PaymentPurpose } from '@carethread/contracts/events/payments.ts';
import type { OrganisationId, PaymentId, TicketId, UserId } from '@carethread/contracts/ids.ts';
import type { Money } from '@carethread/contracts/money.ts';
import type { Payment } from '../payment.ts';

export interface Request {
  id: PaymentId;
  ticket: { id: TicketId; patientId: UserId; doctorId: UserId; clinicId: OrganisationId };
  amount: Money;
  purpose: PaymentPurpose;
  /** What it is for in the service that asks; null when a person asks. */
  subjectId: string | null;
  requestedBy: UserId | null;
  requestedAt: Date;
}

/** A payment before its first fact: `requested` makes it version 1. */
export const freshPayment = ({ ticket, ...request }: Request): Payment => ({
  ...request,
  ticketId: ticket.id,
  payerId: ticket.patientId,
  doctorId: ticket.doctorId,
  clinicId: ticket.clinicId,
  attempts: [],
  refunds: [],
  paidBy: null,
  failures: 0,
  nextTryAt: null,
  ending: null,
  version: 0,
  eventCount: 0,
});
