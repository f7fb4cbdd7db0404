import type { withdrawalKinds } from '@carethread/contracts/events/catalog.ts';
import { idSchema, newId, type WithdrawalId } from '@carethread/contracts/ids.ts';
import { foldLot } from '@carethread/contracts/lot.ts';
import { causeOfRequest } from '@carethread/service-kit/cause.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import type { Context } from '../graphql/context.ts';
import { saveWithdrawal } from '../withdrawal/withdrawal.ts';

const schema = z.object({
  idempotencyKey: idSchema<'Command'>(),
  productId: idSchema<'Product'>(),
  lots: z
    .array(
      z
        .string()
        .trim()
        .max(40)
        .refine((lot) => foldLot(lot) !== '', 'must have a letter or a digit'),
    )
    .min(1, 'must name a lot, or be left out for the whole product')
    .max(500)
    .nullish()
    .transform((lots) => lots ?? null),
  recallClass: z
    .enum(['I', 'II', 'III'])
    .optional()
    .transform((name) => (name ? name.length : null)),
  reason: z.string().trim().min(3).max(500),
  effectiveFrom: z.date().nullish(),
});
const known = `SELECT FROM reference.product
  WHERE release_id IN (SELECT id FROM reference.release) AND id = $1 LIMIT 1`;

/** Stops a product or lots of it at once, or from a later moment on. A recall names its class. */
export async function withdrawProduct(
  context: Context,
  kind: (typeof withdrawalKinds)[number],
  raw: unknown,
): Promise<WithdrawalId | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { idempotencyKey: key, productId, lots, recallClass, reason, effectiveFrom } = input;
  const actor = signedIn(context);
  const command = { actor, name: `${kind} product`, key, input };
  return context.database.command(command, async (tx): Promise<WithdrawalId | Refusal> => {
    const path = ['input', 'productId'];
    if ((await tx.query(known, [productId])).length === 0)
      return refuse('NOT_FOUND', 'There is no such product.', { path });
    const id = newId<'Withdrawal'>();
    const written = await saveWithdrawal(
      tx,
      {
        id,
        productId,
        kind,
        lots,
        recallClass,
        reason,
        effectiveFrom: effectiveFrom ?? context.now(),
        recordedBy: actor.userId,
      },
      causeOfRequest(context),
    );
    return written ? id : refuse('CONFLICT', `The whole product is ${kind} already.`, { path });
  });
}
