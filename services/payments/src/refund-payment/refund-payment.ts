import { idSchema } from '@carethread/contracts/ids.ts';
import { minorSchema } from '@carethread/contracts/money.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { type Caller, type Changed, changePaymentOnce } from '../change-payment.ts';
import { codeOf } from '../codes.ts';
import { refund } from '../decisions/refund.ts';
import type { Foundation } from '../foundation.ts';

/** Reasons a person can give; the others follow from something else. */
export const givenRefundReasons = [
  'patient_wish',
  'requested_by_mistake',
  'not_delivered',
  'goodwill',
  'other',
] as const;

const inputSchema = z.object({
  idempotencyKey: idSchema<'Key'>(),
  paymentId: idSchema<'Payment'>(),
  expectedVersion: z.int(),
  minor: minorSchema.nullish(),
  reason: codeOf(givenRefundReasons),
});

/** Whoever looks after payments pays back a part, or all that is left. */
export async function refundPayment(
  foundation: Foundation,
  caller: Caller,
  raw: unknown,
): Promise<Changed | Refusal> {
  const input = checkInput(inputSchema, raw);
  if (input instanceof Refusal) return input;
  const { reason, expectedVersion } = input;
  const minor = input.minor ?? null;
  return changePaymentOnce(foundation, caller, { name: 'refundPayment', input }, ({ payment }, now) => {
    const problem = minor && foundation.provider.amountProblem({ minor, currency: payment.amount.currency });
    if (problem) return refuse('INVALID', `minor: ${problem}`, { path: ['input', 'minor'] });
    return refund(payment, { minor, reason, by: caller.actor.userId, expectedVersion }, now);
  });
}
