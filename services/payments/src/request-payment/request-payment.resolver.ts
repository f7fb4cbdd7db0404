import type { MutationResolvers } from '../generated/graphql.ts';
import { callerOf } from '../graphql/context.ts';
import { paymentPayload } from '../graphql/payment-payload.ts';
import { requestPayment as command } from './request-payment.ts';

export const requestPayment: MutationResolvers['requestPayment'] = async (_, { input }, context) =>
  paymentPayload(context, await command(context.foundation, callerOf(context), input));
