import type { MutationResolvers } from '../generated/graphql.ts';
import { callerOf } from '../graphql/context.ts';
import { paymentPayload } from '../graphql/payment-payload.ts';
import { refundPayment as command } from './refund-payment.ts';

export const refundPayment: MutationResolvers['refundPayment'] = async (_, { input }, context) =>
  paymentPayload(context, await command(context.foundation, callerOf(context), input));
