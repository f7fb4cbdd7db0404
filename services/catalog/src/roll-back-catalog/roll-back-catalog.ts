import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import type { Context } from '../graphql/context.ts';
import { order, otherRelease } from '../publication/order.ts';
import type { PublicationId } from '../publication/publication.ts';
import { releaseInForce } from '../release/publish-release.ts';

const schema = z.object({
  idempotencyKey: idSchema<'Command'>(),
  expectedRelease: z.int(),
  releaseNumber: z.int(),
  reason: z.string().trim().min(3).max(500),
});
const known = 'SELECT FROM reference.release WHERE number = $1 AND publications > 0 AND NOT pruned';

/** Asks for a release that was in force before to be so again. What is staged stays staged. */
export async function rollBackCatalog(context: Context, raw: unknown): Promise<PublicationId | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const actor = signedIn(context);
  const { idempotencyKey: key, expectedRelease, releaseNumber, reason } = input;
  const command = { actor, name: 'rollBackCatalog', key, input };
  return context.database.command(command, async (tx): Promise<PublicationId | Refusal> => {
    const [release, target] = await Promise.all([releaseInForce(tx), tx.query(known, [releaseNumber])]);
    const stale = otherRelease(release?.number ?? 0, expectedRelease);
    if (stale) return stale;
    const path = ['input', 'releaseNumber'];
    if (target.length === 0) return refuse('NOT_FOUND', `There is no release ${releaseNumber}.`, { path });
    if (releaseNumber === expectedRelease) return refuse('INVALID', 'This release is in force.', { path });
    return order(tx, { kind: 'roll_back', releaseNumber, reason, by: actor.userId }, context.now());
  });
}
