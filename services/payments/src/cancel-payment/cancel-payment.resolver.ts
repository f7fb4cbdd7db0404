import type { MutationResolvers } from '../generated/graphql.ts';
import { callerOf } from '../graphql/context.ts';
import { paymentPayload } from '../graphql/payment-payload.ts';
import { cancelPayment as command } from './cancel-payment.ts';

export const cancelPayment: MutationResolvers['cancelPayment'] = async (_, { input }, context) => {
  const { outcome, payment } = await command(context.foundation, callerOf(context), input);
  return { outcome, ...(await paymentPayload(context, payment)) };
};
