import type { Tx } from '@carethread/bus/transaction.ts';
import { readRules as readStoredRules } from '../release/load-rules.ts';
import type { Known } from './resolve-rules.ts';

/** What the parts that are written before the rules have. */
export async function readKnown(tx: Tx, release: string): Promise<Known> {
  const codes = async (table: string, column = 'code') =>
    new Set(
      (
        await tx.query<{ code: string }>(
          `SELECT ${column} AS code FROM reference.${table} WHERE release_id = $1`,
          [release],
        )
      ).map(({ code }) => code),
    );
  const rules = await readStoredRules((sql) => tx.query(sql, [release]));
  return {
    ingredients: await codes('ingredient'),
    classes: await codes('ingredient_class'),
    allergens: await codes('other_allergen'),
    conditions: await codes('condition'),
    routes: await codes('route'),
    ruleIds: new Set(
      (Object.values(rules) as (readonly { id: string }[])[]).flatMap((each) => each.map(({ id }) => id)),
    ),
    doses: rules.doses,
    lookAlikes: await codes('look_alike', `a || ' ' || b`),
  };
}
