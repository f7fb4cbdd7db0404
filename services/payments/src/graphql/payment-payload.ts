import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { Changed } from '../change-payment.ts';
import type { Context } from './context.ts';

/** What a mutation answers: the payment as it is now, or why it is not otherwise. */
export const paymentPayload = async ({ loaders }: Context, changed: Changed | Refusal) =>
  payload('payment', changed instanceof Refusal ? changed : await loaders.payment.load(changed.paymentId));
