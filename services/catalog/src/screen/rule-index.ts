import type { ContraindicationRule, DoseRule, InteractionRule, Rules } from '../rules/rule.ts';
import type { ClinicalRelease } from './release.ts';

interface RuleIndex {
  readonly interactions: ReadonlyMap<string, readonly InteractionRule[]>;
  readonly contraindications: ReadonlyMap<string, readonly ContraindicationRule[]>;
  readonly doses: ReadonlyMap<string, readonly DoseRule[]>;
}

// A release never changes, so its index is made once and goes with it.
const indexes = new WeakMap<Rules, RuleIndex>();

function indexOf(rules: Rules): RuleIndex {
  const known = indexes.get(rules);
  if (known) return known;
  const index = {
    interactions: by(rules.interactions, ({ a, b }) => [a, b]),
    contraindications: by(rules.contraindications, ({ subject }) => [subject]),
    doses: by(rules.doses, ({ ingredient }) => [ingredient]),
  };
  indexes.set(rules, index);
  return index;
}

function by<Rule>(rules: readonly Rule[], keysOf: (rule: Rule) => string[]): Map<string, Rule[]> {
  const index = new Map<string, Rule[]>();
  for (const rule of rules)
    for (const key of new Set(keysOf(rule))) {
      const under = index.get(key);
      if (under) under.push(rule);
      else index.set(key, [rule]);
    }
  return index;
}

/** The ingredient and its classes, as rules name them. */
const subjectsOf = (ingredient: string, { ingredients }: ClinicalRelease): string[] => [
  `ingredient:${ingredient}`,
  ...[...(ingredients.get(ingredient)?.classes ?? [])].map((code) => `class:${code}`),
];

const about = <Rule>(
  index: ReadonlyMap<string, readonly Rule[]>,
  ingredient: string,
  release: ClinicalRelease,
): ReadonlySet<Rule> =>
  new Set(subjectsOf(ingredient, release).flatMap((subject) => index.get(subject) ?? []));

/** Interactions of which this ingredient may be one side. */
export const interactionsOf = (ingredient: string, release: ClinicalRelease): ReadonlySet<InteractionRule> =>
  about(indexOf(release.rules).interactions, ingredient, release);

/** Contraindications of this ingredient. */
export const contraindicationsOf = (
  ingredient: string,
  release: ClinicalRelease,
): ReadonlySet<ContraindicationRule> => about(indexOf(release.rules).contraindications, ingredient, release);

/** Dose rules of this ingredient, for whatever patient and route. */
export const dosesOf = (ingredient: string, { rules }: ClinicalRelease): readonly DoseRule[] =>
  indexOf(rules).doses.get(ingredient) ?? [];
