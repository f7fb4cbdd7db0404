import { idSchema, newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import { isLocalDate } from '../calendar.ts';
import { codeOf } from '../codes.ts';
import { prepareLines as decide } from '../dispensing.ts';
import { substitutionReasons, substitutionTypes } from '../fill.ts';
import type { Context } from '../graphql/context.ts';
import type { Prescription } from '../prescription.ts';
import { withdrawalsOf } from '../withdrawal/read-withdrawals.ts';
import { decideUnderClaim, underClaim } from '../under-claim.ts';

const lotSchema = z.object({
  quantity: z.int().min(1).max(10_000),
  lot: z.string().trim().min(1, 'must not be empty').max(40),
  expiresOn: z.string().refine(isLocalDate, 'must be a day such as 2027-06-30'),
  substitution: z
    .object({
      productText: z.string().trim().min(1, 'must not be empty').max(200),
      productId: idSchema<'Product'>()
        .nullish()
        .transform((id) => id ?? null),
      type: codeOf(substitutionTypes),
      reason: codeOf(substitutionReasons),
    })
    .nullish()
    .transform((substitution) => substitution ?? null),
});
const schema = z.object({
  ticketId: idSchema<'Ticket'>(),
  claimToken: z.string().max(2_000),
  expectedVersion: z.int(),
  lines: z
    .array(z.object({ lineId: idSchema<'Line'>(), lots: z.array(lotSchema).max(20) }))
    .min(1)
    .max(20),
});

/** Says what stands ready of each line named. */
export async function prepareLines(context: Context, raw: unknown): Promise<Prescription | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { expectedVersion, lines } = input;
  const at = { now: context.now(), newId: () => newId<'Preparation'>(), rules: context.rules };
  return underClaim(context, input, (holder) =>
    context.database.asActor(signedIn(context), async (tx) => {
      // The prescription brings the withdrawals of its own products; those of substitutes are asked for.
      const named = lines.flatMap(({ lots }) => lots.flatMap((lot) => lot.substitution?.productId ?? []));
      const others = named.length > 0 ? await withdrawalsOf(tx, named, at.now) : [];
      return decideUnderClaim(context, tx, holder, (prescription, by) => {
        const withdrawals = [...prescription.withdrawals, ...others];
        return decide({ ...prescription, withdrawals }, by, { expectedVersion, lines }, at);
      });
    }),
  );
}
