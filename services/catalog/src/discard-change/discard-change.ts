import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse, staleVersion } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import type { Context } from '../graphql/context.ts';
import type { CatalogChangeId } from '../publication/publication.ts';

const schema = z.object({ changeId: idSchema<'CatalogChange'>(), expectedVersion: z.int() });
const find = `SELECT status, version, permission FROM operational.catalog_change WHERE id = $1`;
const discard = `UPDATE operational.catalog_change SET status = 'discarded', version = version + 1
  WHERE id = $1 AND version = $2 AND status = 'staged' RETURNING id`;

/** Gives up a change that is staged. Whoever could have staged it may. */
export async function discardChange(context: Context, raw: unknown): Promise<CatalogChangeId | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { changeId, expectedVersion } = input;
  const actor = signedIn(context);
  return context.database.asActor(actor, async (tx): Promise<CatalogChangeId | Refusal> => {
    const [change] = await tx.query<{ status: string; version: number; permission: string }>(find, [
      changeId,
    ]);
    const path = ['input', 'changeId'];
    if (!change) return refuse('NOT_FOUND', 'There is no such change.', { path });
    if (!actor.permissions.some((each) => each === change.permission))
      return refuse('NOT_ALLOWED', `This needs the right ${change.permission}.`, { path });
    if (change.version !== expectedVersion) return staleVersion(expectedVersion, change.version);
    if (change.status !== 'staged')
      return refuse('ILLEGAL_MOVE', `The change is ${change.status}.`, {
        path,
        currentStatus: change.status,
      });
    const done = await tx.query(discard, [changeId, expectedVersion]);
    return done.length > 0 ? changeId : refuse('CONFLICT', 'Somebody else was faster.', { path });
  });
}
