import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { idSchema } from '../ids.ts';

/** What money is asked for. */
export const paymentPurposes = ['consultation', 'prescription', 'renewal', 'delivery', 'other'] as const;
export type PaymentPurpose = (typeof paymentPurposes)[number];

/** Why money goes back, or never came. */
export const paymentEndReasons = [
  'patient_wish',
  'requested_by_mistake',
  'ticket_cancelled',
  'ticket_expired',
  'ticket_not_fulfilled',
] as const;
export type PaymentEndReason = (typeof paymentEndReasons)[number];

export const refundReasons = [
  ...paymentEndReasons,
  /** An earlier try turned out to have been charged, too. */
  'charged_twice',
  'not_delivered',
  'goodwill',
  'other',
] as const;
export type RefundReason = (typeof refundReasons)[number];

/** What a person has to look at. */
export const paymentTaskKinds = [
  'charge_unknown',
  'refund_unknown',
  'refund_failed',
  'part_handed_over',
  'foreign_refund',
  'disputed',
] as const;
export type PaymentTaskKind = (typeof paymentTaskKinds)[number];

const about = {
  paymentId: idSchema<'Payment'>(),
  ticketId: idSchema<'Ticket'>(),
  payerId: idSchema<'User'>(),
  /** What the money is for in the service that asked, such as a renewal; null when a person asked. */
  subjectId: z.string().nullable(),
  /** Minor units of the currency: 1250 EUR is 12.50 euros. */
  amountMinor: z.int(),
  /** ISO 4217. */
  currency: z.string(),
  /** Who really did it, where that was a proxy of the patient. */
  proxyId: idSchema<'User'>().optional(),
};

export const PaymentRequested = defineEvent(
  'payments.payment.requested.v1',
  'ids',
  'A patient is asked for money.',
  z.object({ ...about, purpose: z.enum(paymentPurposes) }),
);

export const PaymentProcessing = defineEvent(
  'payments.payment.processing.v1',
  'ids',
  'The provider is being asked for the money; further tries may follow by themselves.',
  z.object(about),
);

export const PaymentUnknown = defineEvent(
  'payments.payment.unknown.v1',
  'ids',
  'The provider did not answer: the money was taken or it was not. Nothing is charged until the provider has said which.',
  z.object(about),
);

export const PaymentSucceeded = defineEvent(
  'payments.payment.succeeded.v1',
  'ids',
  'The money was taken, once.',
  z.object(about),
);

export const PaymentFailed = defineEvent(
  'payments.payment.failed.v1',
  'ids',
  'The money was not taken, and no further try follows by itself.',
  z.object({
    ...about,
    /** Coded cause, such as card_declined or insufficient_funds. */
    cause: z.string(),
    /** How often it was tried in a row. */
    tries: z.int(),
  }),
);

export const PaymentCancelled = defineEvent(
  'payments.payment.cancelled.v1',
  'ids',
  'Nothing was taken, and nothing will be.',
  z.object({ ...about, reason: z.enum(paymentEndReasons) }),
);

const refund = {
  refundId: idSchema<'Refund'>(),
  refundMinor: z.int(),
  reason: z.enum(refundReasons),
};

export const PaymentRefunding = defineEvent(
  'payments.payment.refunding.v1',
  'ids',
  'Money is on its way back to the patient.',
  z.object({ ...about, ...refund }),
);

export const PaymentRefunded = defineEvent(
  'payments.payment.refunded.v1',
  'ids',
  'Money went back. Whole says that nothing of the payment is left.',
  z.object({ ...about, ...refund, whole: z.boolean() }),
);

export const PaymentNeedsAttention = defineEvent(
  'payments.payment.attention_needed.v1',
  'ids',
  'Something about the money cannot be settled by itself: a person owns it now.',
  z.object({
    ...about,
    taskId: idSchema<'PaymentTask'>(),
    kind: z.enum(paymentTaskKinds),
    ownerId: idSchema<'User'>(),
  }),
);
