import type { ReleaseRow } from '../release/rows.ts';
import type { Rules } from './rule.ts';

/** Rules as rows of their tables. */
export function ruleRows(key: ReleaseRow, rules: Rules) {
  const of = <Item, Row extends object>(items: readonly Item[], row: (item: Item) => Row) =>
    items.map((item) => ({ ...row(item), ...key }));
  return {
    interaction_rule: of(rules.interactions, ({ when, ...rule }) => ({ ...rule, when: when ?? null })),
    allergy_rule: of(rules.allergies, ({ allergyTo, appliesTo, crossReactivity, ...rule }) => ({
      ...rule,
      allergy_to: allergyTo,
      applies_to: appliesTo,
      cross_reactivity: crossReactivity,
    })),
    contraindication_rule: of(rules.contraindications, (rule) => rule),
    duplicate_rule: of(rules.duplicates, (rule) => rule),
    dosage_guideline: of(rules.doses, ({ maxPerDay, range, ...rule }) => ({
      ...rule,
      max_per_day: maxPerDay,
      range: range ?? null,
    })),
  };
}
