import { type DispenseId, idSchema, newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import { codeOf } from '../codes.ts';
import { handOver as decide } from '../dispensing.ts';
import { partReasons } from '../fill.ts';
import type { Context } from '../graphql/context.ts';
import { collectorsOf } from '../collectors.ts';
import { decideUnderClaim, underClaim } from '../under-claim.ts';

const schema = z.object({
  ticketId: idSchema<'Ticket'>(),
  claimToken: z.string().max(2_000),
  idempotencyKey: idSchema<'Command'>(),
  items: z
    .array(z.object({ preparationId: idSchema<'Preparation'>(), quantity: z.int().min(1).max(10_000) }))
    .min(1)
    .max(100),
  partReason: codeOf(partReasons)
    .nullish()
    .transform((reason) => reason ?? null),
  collectedBy: idSchema<'User'>()
    .nullish()
    .transform((id) => id ?? null),
});

/** Hands over what stands ready, once per idempotency key. Answers the id of the record. */
export async function handOver(context: Context, raw: unknown): Promise<DispenseId | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { ticketId, items, idempotencyKey: key, partReason, collectedBy } = input;
  const actor = signedIn(context);
  // The token is no part of what is asked: a repeat may carry a newer one, or one that has ended since.
  const command = {
    actor,
    name: 'handOver',
    key,
    input: { ticketId, items, ...(partReason && { partReason }), ...(collectedBy && { collectedBy }) },
  };
  const now = context.now();
  return underClaim(context, input, (holder) =>
    context.database.command(command, async (tx): Promise<DispenseId | Refusal> => {
      const id = newId<'Dispense'>();
      const collectors = collectedBy ? await collectorsOf(tx, ticketId, now) : [];
      const done = await decideUnderClaim(context, tx, holder, (prescription, by) =>
        decide(prescription, by, items, {
          now,
          id,
          partReason,
          collectedBy,
          collectors,
          rules: context.rules,
        }),
      );
      return done instanceof Refusal ? done : id;
    }),
  );
}
