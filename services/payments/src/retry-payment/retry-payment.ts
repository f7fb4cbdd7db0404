import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { type Caller, type Changed, changePaymentOnce } from '../change-payment.ts';
import { retry } from '../decisions/start.ts';
import type { Foundation } from '../foundation.ts';
import { methodSchema } from '../method.ts';

const inputSchema = z.object({
  idempotencyKey: idSchema<'Key'>(),
  paymentId: idSchema<'Payment'>(),
  expectedVersion: z.int(),
  paymentMethod: methodSchema.nullish(),
});

/** The patient tries a failed payment again, with another payment method or the one used last. */
export async function retryPayment(
  foundation: Foundation,
  caller: Caller,
  raw: unknown,
): Promise<Changed | Refusal> {
  const input = checkInput(inputSchema, raw);
  if (input instanceof Refusal) return input;
  const { paymentMethod, expectedVersion } = input;
  const wish = { method: paymentMethod ?? null, expectedVersion, provider: foundation.provider.name };
  return changePaymentOnce(foundation, caller, { name: 'retryPayment', input }, ({ payment, ticket }, now) =>
    retry(payment, wish, ticket.status, now),
  );
}
