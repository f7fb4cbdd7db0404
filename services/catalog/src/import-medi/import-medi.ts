import type { Tx } from '@carethread/bus/transaction.ts';
import { type ImportWish, sourceOf } from '../importing/import-wish.ts';
import { countingListener, type Listener } from '../importing/listener.ts';
import { contentHash } from '../importing/source-file.ts';
import { usual } from '../release/concerns.ts';
import { type Replaced, replacePart } from '../release/replace-part.ts';
import { insertRows } from '../release/rows.ts';
import { type CodedIngredient, matchMedi } from './match-medi.ts';
import { readMedi } from './read-medi.ts';

/** Ingredients of the formulary with all that they are called and coded by. */
const formularyIngredients = `SELECT code, name,
    ARRAY(SELECT synonym.name FROM reference.ingredient_synonym synonym
           WHERE synonym.release_id = $1 AND ingredient_code = code AND origin = 'formulary' ORDER BY 1) AS synonyms,
    ARRAY(SELECT system || ' ' || value FROM reference.ingredient_code other
           WHERE other.release_id = $1 AND ingredient_code = code AND origin = 'formulary' ORDER BY 1) AS codes
  FROM reference.ingredient WHERE release_id = $1 AND origin = 'formulary' ORDER BY code`;

/** Every Cure's list of drugs becomes the part `medi` of a new release: names, codes and approvals of ingredients. */
export async function importMedi(
  tx: Tx,
  file: string,
  listener: Listener,
  wish: ImportWish = {},
): Promise<Replaced> {
  const counting = countingListener(listener);
  return replacePart(
    tx,
    {
      origin: 'medi',
      contentHash: await contentHash('medi 1', [file]),
      ...sourceOf(wish, { name: 'Every Cure MeDI drug list', licence: 'CC0-1.0' }),
      async write(into, release) {
        const rows = await readMedi(file, counting);
        const known = await into.query<CodedIngredient>(formularyIngredients, [release]);
        const { ingredients, leftOut } = matchMedi(rows, known);
        for (const { line, text, whole } of leftOut)
          counting.onLine({ kind: whole ? 'skipped' : 'remark', file: 'medi', line, text });
        const key = { release_id: release, origin: 'medi' as const };
        const fresh = ingredients.filter(({ isNew }) => isNew);
        await insertRows(
          into,
          'ingredient',
          fresh.map(({ code, name }) => ({ ...key, code, name, schedule: null, reviewed: false })),
        );
        const synonyms = ingredients.flatMap(({ code, synonyms: names }) => {
          const already = known.find((each) => each.code === code)?.synonyms ?? [];
          return names
            .filter((name) => !already.includes(name))
            .map((name) => ({ ...key, ingredient_code: code, language: '', kind: 'name', name }));
        });
        await insertRows(into, 'ingredient_synonym', synonyms);
        const codes = ingredients.flatMap(({ code, codes: each }) => {
          const already = known.find((one) => one.code === code)?.codes ?? [];
          return each
            .filter(({ system, value }) => !already.includes(`${system} ${value}`))
            .map((one) => ({ ...key, ...one, ingredient_code: code }));
        });
        await insertRows(into, 'ingredient_code', codes);
        const approvals = ingredients.flatMap(({ code, rows: each }) =>
          [
            ...new Map(
              each.flatMap((row) => row.approvals).map((one) => [`${one.region} ${one.status}`, one]),
            ).values(),
          ].map((one) => ({ ...key, ...one, ingredient_code: code })),
        );
        await insertRows(into, 'ingredient_approval', approvals);
        return {
          'known ingredients': ingredients.length - fresh.length,
          'new ingredients': fresh.length,
          synonyms: synonyms.length,
          codes: codes.length,
          approvals: approvals.length,
          ...counting.counts,
        };
      },
    },
    wish.limits ?? usual,
  );
}
