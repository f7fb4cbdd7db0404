import { idSchema, newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import { checkChange } from '../administration/check-change.ts';
import { keyOf, localChange, type LocalChange, ruleKinds } from '../administration/local-change.ts';
import { readFacts } from '../administration/read-facts.ts';
import type { Context } from '../graphql/context.ts';
import type { CatalogChangeId } from '../publication/publication.ts';
import { releaseInForce } from '../release/publish-release.ts';

const envelope = z.object({
  idempotencyKey: idSchema<'Command'>(),
  reason: z.string().trim().min(3).max(500),
});
const insert = `INSERT INTO operational.catalog_change (id, key, change, reason, staged_by) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT DO NOTHING RETURNING id`;

/** What GraphQL sends beside reason and key: the fields of a change, not checked yet. */
export type ChangeFields = { readonly kind: LocalChange['kind'] } & Readonly<Record<string, unknown>>;

/** Writes down a change for the next release; checked against the one in force, each problem at its field. */
export async function stageChange(
  context: Context,
  raw: { readonly [field: string]: unknown },
  fields: ChangeFields,
): Promise<CatalogChangeId | Refusal> {
  const input = checkInput(envelope, raw);
  const change = checkFields(fields);
  if (input instanceof Refusal) return input;
  if (change instanceof Refusal) return change;
  const actor = signedIn(context);
  const { idempotencyKey: key, reason } = input;
  // A new product gets its id here: a repeat is the same question without it.
  const command = { actor, name: `stage ${change.kind}`, key, input: raw };
  return context.database.command(command, async (tx): Promise<CatalogChangeId | Refusal> => {
    const release = await releaseInForce(tx);
    const facts = release && (await readFacts(tx, release.id, [change]));
    if (!facts) return refuse('UNAVAILABLE', 'There is no release to change yet.');
    const problems = checkChange(change, facts);
    if (problems.length > 0)
      return new Refusal(
        problems.map(({ path, message }) => ({ code: 'INVALID', message, path: ['input', ...path] })),
      );
    const id = newId<'CatalogChange'>();
    const subject = keyOf(change);
    const written = await tx.query(insert, [id, subject, JSON.stringify(change), reason, actor.userId]);
    if (written.length > 0) return id;
    return refuse('CONFLICT', `A change of ${subject} is staged already: publish or discard it first.`, {
      path: ['input'],
    });
  });
}

/** The change, or what is wrong with its fields. Of a rule, its kind says which fields it has. */
function checkFields(fields: ChangeFields): LocalChange | Refusal {
  if (fields.kind === 'rule') {
    const { ruleKind, rule } = fields as { ruleKind?: keyof typeof ruleKinds; rule?: unknown };
    const checked = checkInput(z.object({ rule: ruleKinds[ruleKind!] as z.ZodType<object> }), { rule });
    return checked instanceof Refusal ? checked : ({ kind: 'rule', ruleKind, ...checked } as LocalChange);
  }
  const schema = localChange.options.find(
    ({ shape }) => shape.kind.value === fields.kind,
  ) as z.ZodType<LocalChange>;
  return checkInput(schema, fields);
}
