import { badInput } from '@carethread/service-kit/bad-input.ts';
import { shown } from '../codes.ts';
import type {
  PaymentReconciliationResolvers,
  QueryResolvers,
  ReconciliationExceptionResolvers,
} from '../generated/graphql.ts';
import { reconcile } from './reconcile.ts';

const longestSpan = 31 * 86_400_000;

export const paymentReconciliation: QueryResolvers['paymentReconciliation'] = (
  _,
  { from, until },
  context,
) => {
  const span = until.getTime() - from.getTime();
  if (span <= 0 || span > longestSpan) throw badInput('until must come after from, by at most 31 days.');
  return reconcile(context.foundation, from, until);
};

export const PaymentReconciliation: PaymentReconciliationResolvers = {
  exceptions: ({ exceptions }) => [...exceptions],
  balances: ({ balances }) => [...balances],
};

export const ReconciliationException: ReconciliationExceptionResolvers = {
  kind: ({ kind }) => shown(kind),
  payment: ({ paymentId }, _, { loaders }) => (paymentId ? loaders.payment.load(paymentId) : null),
};
