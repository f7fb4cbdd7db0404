import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import { codeOf } from '../codes.ts';
import { markNotDispensed as decide } from '../dispensing.ts';
import { notDispensedReasons } from '../fill.ts';
import type { Context } from '../graphql/context.ts';
import type { Prescription } from '../prescription.ts';
import { decideUnderClaim, underClaim } from '../under-claim.ts';

const schema = z.object({
  ticketId: idSchema<'Ticket'>(),
  claimToken: z.string().max(2_000),
  expectedVersion: z.int(),
  lineId: idSchema<'Line'>(),
  reason: codeOf(notDispensedReasons),
});

/** Closes a line without (further) hand-over. */
export async function markNotDispensed(context: Context, raw: unknown): Promise<Prescription | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { expectedVersion, lineId, reason } = input;
  return underClaim(context, input, (holder) =>
    context.database.asActor(signedIn(context), (tx) =>
      decideUnderClaim(context, tx, holder, (prescription, by) =>
        decide(prescription, by, { expectedVersion, lineId, reason }, context.now()),
      ),
    ),
  );
}
