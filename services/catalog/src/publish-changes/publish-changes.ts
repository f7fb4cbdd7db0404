import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import { checkChange } from '../administration/check-change.ts';
import { readFacts } from '../administration/read-facts.ts';
import type { Context } from '../graphql/context.ts';
import { releaseInForce } from '../release/publish-release.ts';
import { order, otherRelease } from '../publication/order.ts';
import { mayPublish, type PublicationId, type StagedChange } from '../publication/publication.ts';

const schema = z.object({
  idempotencyKey: idSchema<'Command'>(),
  expectedRelease: z.int(),
  changeIds: z.array(idSchema<'CatalogChange'>()).max(500).nullish(),
  reason: z.string().trim().min(3).max(500),
});

const staged = `SELECT id, key, change, staged_by AS "stagedBy" FROM operational.catalog_change
  WHERE status = 'staged' AND ($1::uuid[] IS NULL OR id = ANY ($1)) ORDER BY id FOR UPDATE`;
const others = 'SELECT FROM operational.publisher WHERE active AND user_id <> $1 LIMIT 1';
const take = `UPDATE operational.catalog_change SET status = 'publishing', publication_id = $2, version = version + 1
  WHERE id = ANY ($1::uuid[])`;

/** Asks for a release with what is staged, or with some of it. Answers the publication, which can be followed. */
export async function publishChanges(context: Context, raw: unknown): Promise<PublicationId | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const actor = signedIn(context);
  const { idempotencyKey: key, changeIds, expectedRelease, reason } = input;
  const command = { actor, name: 'publishCatalogChanges', key, input };
  return context.database.command(command, async (tx): Promise<PublicationId | Refusal> => {
    const [release, changes, somebody] = await Promise.all([
      releaseInForce(tx),
      tx.query<StagedChange>(staged, [changeIds ?? null]),
      tx.query(others, [actor.userId]),
    ]);
    if (!release) return refuse('UNAVAILABLE', 'There is no release to change yet.');
    const stale = otherRelease(release.number, expectedRelease);
    if (stale) return stale;
    const missing = changeIds?.find((id) => changes.every((change) => change.id !== id));
    if (missing)
      return refuse('NOT_FOUND', 'It is not staged (any more).', { path: ['input', 'changeIds', missing] });
    const facts = await readFacts(
      tx,
      release.id,
      changes.map(({ change }) => change),
    );
    const by = { userId: actor.userId, othersCould: somebody.length > 0 };
    const refused = mayPublish(changes, by, (change) => checkChange(change, facts!));
    if (refused) return refused;
    const id = await order(
      tx,
      { kind: 'changes', releaseNumber: null, reason, by: actor.userId },
      context.now(),
    );
    if (id instanceof Refusal) return id;
    tx.send(take, [changes.map((change) => change.id), id]);
    return id;
  });
}
