import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { type Caller, type Changed, changePaymentOnce } from '../change-payment.ts';
import { start } from '../decisions/start.ts';
import type { Foundation } from '../foundation.ts';
import { methodSchema } from '../method.ts';

const inputSchema = z.object({
  idempotencyKey: idSchema<'Key'>(),
  paymentId: idSchema<'Payment'>(),
  expectedVersion: z.int(),
  paymentMethod: methodSchema,
});

/** The patient pays. The provider is asked after the commit, by a task that survives whatever happens to us. */
export async function startPayment(
  foundation: Foundation,
  caller: Caller,
  raw: unknown,
): Promise<Changed | Refusal> {
  const input = checkInput(inputSchema, raw);
  if (input instanceof Refusal) return input;
  const { paymentMethod: method, expectedVersion } = input;
  const wish = { method, expectedVersion, provider: foundation.provider.name };
  return changePaymentOnce(foundation, caller, { name: 'startPayment', input }, ({ payment, ticket }, now) =>
    start(payment, wish, ticket.status, now),
  );
}
