import type {
  PaymentEndReason,
  PaymentPurpose,
  PaymentTaskKind,
  RefundReason,
} from '@carethread/contracts/events/payments.ts';
import { moneyText } from '@carethread/contracts/money.ts';
import { shown } from '../codes.ts';
import type {
  MoneyResolvers,
  PaymentAttemptResolvers,
  PaymentRefundResolvers,
  PaymentResolvers,
  PaymentTaskResolvers,
  QueryResolvers,
} from '../generated/graphql.ts';
import { reference } from '../graphql/references.ts';
import type { AttemptStatus, PaymentStatus, RefundStatus } from '../payment.ts';
import { explanationOf } from './explanation.ts';

type Resolution = 'settled' | 'refunded_by_hand' | 'written_off' | 'nothing_to_do';

/** What is not there and what is not the caller's get the same answer: null. */
export const payment: QueryResolvers['payment'] = (_, { id }, { loaders }) => loaders.payment.load(id);

export const Payment: PaymentResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.payment.load(id),
  ticket: ({ ticketId }) => ({ id: ticketId }),
  payer: ({ payerId }) => ({ id: payerId }),
  clinic: ({ clinicId }) => ({ id: clinicId }),
  amount: ({ amountMinor: minor, currency }) => ({ minor, currency }),
  purpose: ({ purpose }) => shown(purpose as PaymentPurpose),
  status: ({ status }) => shown(status as PaymentStatus),
  explanation: ({ status, nextTryAt, ending }) =>
    explanationOf(status as PaymentStatus, { triesAgain: nextTryAt !== null, ending: ending !== null }),
  requestedBy: ({ requestedBy }) => reference(requestedBy),
  ending: ({ ending }) => (ending ? shown(ending as PaymentEndReason) : null),
  attempts: ({ id }, _, { loaders }) => loaders.attempts.load(id),
  refunds: async ({ id, currency }, _, { loaders }) =>
    (await loaders.refunds.load(id)).map((refund) => ({ ...refund, currency })),
  tasks: ({ id }, _, { loaders }) => loaders.tasks.load(id),
};

export const PaymentAttempt: PaymentAttemptResolvers = {
  status: ({ status }) => shown(status as AttemptStatus),
};

export const PaymentRefund: PaymentRefundResolvers = {
  amount: ({ minor, currency }) => ({ minor, currency }),
  reason: ({ reason }) => shown(reason as RefundReason),
  status: ({ status }) => shown(status as RefundStatus),
  requestedBy: ({ requestedBy }) => reference(requestedBy),
};

export const PaymentTask: PaymentTaskResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.task.load(id),
  kind: ({ kind }) => shown(kind as PaymentTaskKind),
  payment: ({ paymentId }, _, { loaders }) => loaders.payment.load(paymentId),
  owner: ({ ownerId }) => ({ id: ownerId }),
  resolution: ({ resolution }) => (resolution ? shown(resolution as Resolution) : null),
  resolvedBy: ({ resolvedBy }) => reference(resolvedBy),
};

export const Money: MoneyResolvers = { text: moneyText };
