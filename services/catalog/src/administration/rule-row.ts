import type { ReleaseTable } from '../release/rows.ts';
import type { RuleChange, RuleKind } from './local-change.ts';

export const tableOfRules = {
  interaction: 'interaction_rule',
  allergy: 'allergy_rule',
  contraindication: 'contraindication_rule',
  duplicate: 'duplicate_rule',
  dose: 'dosage_guideline',
} as const satisfies Record<RuleKind, ReleaseTable>;

/** A rule with its fields named as the columns of its table. */
export function ruleRow(change: RuleChange): object {
  switch (change.ruleKind) {
    case 'interaction':
      return { ...change.rule, when: change.rule.when ?? null };
    case 'allergy': {
      const { allergyTo, appliesTo, crossReactivity, ...rule } = change.rule;
      return { ...rule, allergy_to: allergyTo, applies_to: appliesTo, cross_reactivity: crossReactivity };
    }
    case 'contraindication':
    case 'duplicate':
      return change.rule;
    case 'dose': {
      const { maxPerDay, ...rule } = change.rule;
      return { ...rule, max_per_day: maxPerDay };
    }
  }
}
