import { isDeepStrictEqual } from 'node:util';
import type { CatalogFacts } from './facts.ts';
import { storedCodes } from './local-code.ts';
import type { LocalChange } from './local-change.ts';

/** One field that a change makes different, as it is written; null where there is none. */
export interface FieldDifference {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What a change would make different in a release, field by field. */
export function differenceOf(change: LocalChange, facts: CatalogFacts): FieldDifference[] {
  const rule = (id: string) => facts.rules.get(id)?.rule;
  switch (change.kind) {
    case 'product':
      return fieldsThatDiffer(facts.products.get(change.productId), {
        ...change.product,
        codes: change.product.codes.flatMap(storedCodes),
      });
    case 'product_removal':
      return fieldsThatDiffer(facts.products.get(change.productId), undefined);
    case 'synonym': {
      const { name, language, nameKind } = change;
      const was = facts.ingredients.get(change.ingredient)?.synonyms.find((each) => each.name === name);
      return fieldsThatDiffer(was, { name, language, kind: nameKind });
    }
    case 'synonym_removal':
      return [{ field: 'name', before: change.name, after: null }];
    case 'look_alike':
      return [{ field: 'pair', before: null, after: `${change.a}, ${change.b}` }];
    case 'look_alike_removal':
      return [{ field: 'pair', before: `${change.a}, ${change.b}`, after: null }];
    case 'rule':
      return fieldsThatDiffer(rule(change.rule.id), change.rule);
    case 'rule_severity': {
      const was = rule(change.ruleId);
      return fieldsThatDiffer(was, was && { ...was, severity: change.severity });
    }
    case 'rule_off':
      return fieldsThatDiffer(rule(change.ruleId), undefined);
    case 'undo':
      return [{ field: 'change', before: change.key, after: null }];
    default:
      return change satisfies never;
  }
}

function fieldsThatDiffer(before: object | undefined, after: object | undefined): FieldDifference[] {
  const [old, now] = [new Map(Object.entries(before ?? {})), new Map(Object.entries(after ?? {}))];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((field) => !isDeepStrictEqual(old.get(field), now.get(field)))
    .map((field) => ({ field, before: shown(old.get(field)), after: shown(now.get(field)) }));
}

const shown = (value: unknown): string | null => {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
};
