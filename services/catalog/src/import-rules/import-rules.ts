import type { Tx } from '@carethread/bus/transaction.ts';
import type { ImportWish } from '../importing/import-wish.ts';
import { countingListener, type Listener } from '../importing/listener.ts';
import { contentHash } from '../importing/source-file.ts';
import { usual } from '../release/concerns.ts';
import { type Replaced, replacePart } from '../release/replace-part.ts';
import { insertRows, type ReleaseRow, type ReleaseTable } from '../release/rows.ts';
import { ruleRows } from '../rules/rule-rows.ts';
import { readKnown } from './read-known.ts';
import { readRules } from './read-rules.ts';
import { resolveRules } from './resolve-rules.ts';

/** A document of clinical rules becomes the part `rules` of a new release, beside the rules of the formulary. */
export async function importRules(
  tx: Tx,
  file: string,
  listener: Listener,
  wish: ImportWish = {},
): Promise<Replaced> {
  const counting = countingListener(listener);
  const { source, entries } = await readRules(file, counting);
  return replacePart(
    tx,
    {
      origin: 'rules',
      contentHash: await contentHash('rules 1', [file]),
      sourceName: source.name,
      sourceDate: wish.sourceDate ?? source.date,
      licence: source.licence,
      async write(into, release) {
        const { classes, lookAlikes, ...rules } = resolveRules(
          entries,
          await readKnown(into, release),
          (kind, line, text) => counting.onLine({ kind: 'skipped', file: kind, line, text }),
        );
        const key = { release_id: release, origin: 'rules' as const };
        const pairs = new Map(
          lookAlikes.map(({ a, b }) => [a, b].toSorted()).map((pair) => [pair.join(' '), pair]),
        );
        await insertRows(
          into,
          'ingredient_class',
          classes.map(({ code, name }) => ({ ...key, code, name })),
        );
        await insertRows(
          into,
          'ingredient_class_member',
          classes.flatMap(({ code, members }) =>
            [...new Set(members)].map((member) => ({ ...key, class_code: code, ingredient_code: member })),
          ),
        );
        await insertRows(
          into,
          'look_alike',
          [...pairs.values()].map(([a, b]) => ({ ...key, a, b })),
        );
        for (const [table, rows] of Object.entries<readonly ReleaseRow[]>(ruleRows(key, rules)))
          await insertRows(into, table as ReleaseTable, rows);
        return {
          classes: classes.length,
          ...Object.fromEntries(Object.entries(rules).map(([kind, each]) => [kind, each.length])),
          lookAlikes: pairs.size,
          ...counting.counts,
        };
      },
    },
    wish.limits ?? usual,
  );
}
