import type { Tx } from '@carethread/bus/transaction.ts';
import { insertRows } from '../release/rows.ts';
import { applyProduct, removeProduct } from './apply-product.ts';
import { checkChange } from './check-change.ts';
import { type CatalogFacts, codeKey } from './facts.ts';
import { storedCodes } from './local-code.ts';
import type { LocalChange } from './local-change.ts';
import type { Problem } from './problem.ts';
import { readFacts } from './read-facts.ts';
import { ruleRow, tableOfRules } from './rule-row.ts';
import { keepCopy, takeOut } from './shadow.ts';

// Names first: products are found by them.
const ofRelease = `SELECT key, change FROM reference.local_change WHERE release_id = $1
  ORDER BY key LIKE 'synonym:%' DESC, key`;
const note = 'UPDATE reference.local_change SET problem = $3 WHERE release_id = $1 AND key = $2';

/**
 * Applies what was changed here to a release whose parts are all there. What no longer fits (its ingredient is gone) is
 * left out and says why: an import must not fail for it, nor drop it.
 */
export async function applyLocalChanges(tx: Tx, release: string): Promise<void> {
  const rows = await tx.query<{ key: string; change: LocalChange }>(ofRelease, [release]);
  if (rows.length === 0) return;
  const before = await readFacts(
    tx,
    release,
    rows.map(({ change }) => change),
  );
  // Each change is checked against those before it, too.
  const [rules, codes] = [new Map(before!.rules), new Map(before!.codes)];
  const facts = { ...before!, rules, codes };
  for (const { key, change } of rows) {
    const [problem] = problemsWhenApplied(change, facts);
    await tx.query(note, [release, key, problem ? `${problem.path.join('.')}: ${problem.message}` : null]);
    if (problem) continue;
    await applyChange(tx, release, change, facts);
    if (change.kind === 'rule')
      rules.set(change.rule.id, {
        kind: change.ruleKind,
        rule: change.rule,
      });
    if (change.kind === 'product')
      for (const code of change.product.codes.flatMap(storedCodes))
        codes.set(codeKey(code), change.productId);
  }
}

/** What is gone by itself need not be removed. */
export function problemsWhenApplied(change: LocalChange, facts: CatalogFacts): Problem[] {
  switch (change.kind) {
    case 'product_removal':
    case 'synonym_removal':
    case 'look_alike_removal':
    case 'rule_off':
    case 'undo':
      return [];
    default:
      return checkChange(change, facts);
  }
}

async function applyChange(tx: Tx, release: string, change: LocalChange, facts: CatalogFacts): Promise<void> {
  const key = { release_id: release, origin: 'local' as const };
  switch (change.kind) {
    case 'product':
      return applyProduct(tx, release, change, facts);
    case 'product_removal':
      return removeProduct(tx, release, change.productId);
    case 'synonym':
    case 'synonym_removal': {
      const { ingredient, name } = change;
      await takeOut(
        tx,
        'ingredient_synonym',
        release,
        'ingredient_code = $2 AND name = $3',
        ingredient,
        name,
      );
      if (change.kind === 'synonym_removal') return;
      const row = {
        ...key,
        ingredient_code: ingredient,
        language: change.language,
        kind: change.nameKind,
        name,
      };
      return insertRows(tx, 'ingredient_synonym', [row]);
    }
    case 'look_alike':
    case 'look_alike_removal': {
      const [a, b] = [change.a, change.b].toSorted();
      await takeOut(tx, 'look_alike', release, 'a = $2 AND b = $3', a, b);
      if (change.kind === 'look_alike') await insertRows(tx, 'look_alike', [{ ...key, a, b } as typeof key]);
      return;
    }
    case 'rule': {
      const table = tableOfRules[change.ruleKind];
      await takeOut(tx, table, release, 'id = $2', change.rule.id);
      return insertRows(tx, table, [{ ...ruleRow(change), ...key }]);
    }
    case 'rule_off':
    case 'rule_severity': {
      const known = facts.rules.get(change.ruleId);
      if (!known) return;
      const table = tableOfRules[known.kind];
      if (change.kind === 'rule_off')
        return void (await takeOut(tx, table, release, 'id = $2', change.ruleId));
      await keepCopy(tx, table, release, 'id = $2', change.ruleId);
      await tx.query(
        `UPDATE reference.${table} SET severity = $3, origin = 'local' WHERE release_id = $1 AND id = $2`,
        [release, change.ruleId, change.severity],
      );
      return;
    }
    case 'undo':
      return;
    default:
      return change satisfies never;
  }
}
