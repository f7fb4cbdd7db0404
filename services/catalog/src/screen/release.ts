import type { Strength } from '../amount/strength.ts';
import type { Rules } from '../rules/rule.ts';

/** What the check of a prescription needs of a release of the catalog, in memory. */
export interface ClinicalRelease extends ClinicalRules {
  /** At least the products that the input names. */
  readonly products: ReadonlyMap<string, ClinicalProduct>;
}

export interface ClinicalRules {
  readonly id: string;
  readonly ingredients: ReadonlyMap<string, ClinicalIngredient>;
  /** Codes of ingredient classes. */
  readonly classes: ReadonlySet<string>;
  /** Codes of allergens that are neither an ingredient nor a class, such as `food:shellfish`. */
  readonly otherAllergens: ReadonlySet<string>;
  readonly conditions: ReadonlySet<string>;
  readonly routes: ReadonlySet<string>;
  /** Routes by which next to nothing reaches the rest of the body. */
  readonly localRoutes: ReadonlySet<string>;
  readonly rules: Rules;
}

export interface ClinicalIngredient {
  readonly name: string;
  /** False for what only came with an imported product list: that no rule names it then says nothing. */
  readonly reviewed: boolean;
  readonly classes: ReadonlySet<string>;
}

export interface ClinicalProduct {
  readonly routes: readonly string[];
  readonly ingredients: readonly { readonly code: string; readonly strength: Strength | null }[];
}

/** Whether an ingredient is what a rule speaks of: `ingredient:warfarin` itself, or a member of `class:NSAID`. */
export function isSubject(release: ClinicalRules, subject: string, ingredient: string): boolean {
  if (subject.startsWith('class:'))
    return release.ingredients.get(ingredient)?.classes.has(subject.slice(6)) ?? false;
  return subject === `ingredient:${ingredient}`;
}
