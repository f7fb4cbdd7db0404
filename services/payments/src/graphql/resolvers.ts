import { cancelPayment } from '../cancel-payment/cancel-payment.resolver.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { listPaymentsQueries, Ticket } from '../list-payments/list-payments.resolver.ts';
import { paymentTasks, resolvePaymentTask, takePaymentTask } from '../settle-task/settle-task.resolver.ts';
import {
  paymentReconciliation,
  PaymentReconciliation,
  ReconciliationException,
} from '../reconcile/reconcile.resolver.ts';
import { refundPayment } from '../refund-payment/refund-payment.resolver.ts';
import { requestPayment } from '../request-payment/request-payment.resolver.ts';
import { retryPayment } from '../retry-payment/retry-payment.resolver.ts';
import {
  Money,
  Payment,
  payment,
  PaymentAttempt,
  PaymentRefund,
  PaymentTask,
} from '../show-payment/show-payment.resolver.ts';
import { startPayment } from '../start-payment/start-payment.resolver.ts';

export const resolvers: Resolvers = {
  Query: { payment, ...listPaymentsQueries, paymentTasks, paymentReconciliation },
  Mutation: {
    requestPayment,
    startPayment,
    retryPayment,
    cancelPayment,
    refundPayment,
    takePaymentTask,
    resolvePaymentTask,
  },
  Payment,
  PaymentAttempt,
  PaymentRefund,
  PaymentTask,
  PaymentReconciliation,
  ReconciliationException,
  Money,
  Ticket,
};
