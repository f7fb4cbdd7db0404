import {
  apart,
  type AuditedTypes,
  ofPatient,
  personal,
} from '@carethread/service-kit/audit/personal-types.ts';
import type { Payment, PaymentTask } from '../generated/prisma/client.ts';

/** What of payments being shown or written is on record. */
export const audited: AuditedTypes = {
  types: {
    Payment: ofPatient<Payment>(({ payerId }) => payerId),
    PaymentTask: personal<PaymentTask>({ id: ({ id }) => id, through: ({ paymentId }) => paymentId }),
    ...apart('is shown only with its payment', 'PaymentAttempt', 'PaymentRefund', 'Money'),
    ...apart(
      'sums up; the payments in it are noted',
      'PaymentReconciliation',
      'ReconciliationException',
      'AccountBalance',
    ),
    ...apart('is a reference: who has it notes it', 'Ticket', 'User', 'Organisation'),
  },
  patientIn: '(SELECT payer_id FROM payment WHERE id = given.through)',
  unwatched: {
    ...apart('is written with its payment', 'attempt', 'refund', 'ledger_transaction', 'ledger_entry'),
    ticket: 'is a copy of what tickets has on record',
    webhook: 'is what the provider said, before anything followed from it',
  },
};
