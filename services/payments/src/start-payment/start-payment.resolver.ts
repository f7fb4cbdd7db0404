import type { MutationResolvers } from '../generated/graphql.ts';
import { callerOf } from '../graphql/context.ts';
import { paymentPayload } from '../graphql/payment-payload.ts';
import { startPayment as command } from './start-payment.ts';

export const startPayment: MutationResolvers['startPayment'] = async (_, { input }, context) =>
  paymentPayload(context, await command(context.foundation, callerOf(context), input));
