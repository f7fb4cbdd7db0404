import type { MutationResolvers } from '../generated/graphql.ts';
import { callerOf } from '../graphql/context.ts';
import { paymentPayload } from '../graphql/payment-payload.ts';
import { retryPayment as command } from './retry-payment.ts';

export const retryPayment: MutationResolvers['retryPayment'] = async (_, { input }, context) =>
  paymentPayload(context, await command(context.foundation, callerOf(context), input));
