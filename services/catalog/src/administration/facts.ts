import type { ProductBody, RuleKind } from './local-change.ts';

/** What of a release a change is checked against and compared with. Products: those that are asked for only. */
export interface CatalogFacts {
  readonly ingredients: ReadonlyMap<string, { readonly name: string; readonly synonyms: readonly Synonym[] }>;
  readonly forms: ReadonlyMap<string, { readonly name: string; readonly words: readonly string[] }>;
  readonly routes: ReadonlySet<string>;
  readonly categories: ReadonlySet<string>;
  readonly classes: ReadonlySet<string>;
  readonly conditions: ReadonlySet<string>;
  readonly otherAllergens: ReadonlySet<string>;
  /** `a:b`, sorted. */
  readonly lookAlikes: ReadonlySet<string>;
  readonly rules: ReadonlyMap<string, KnownRule>;
  readonly products: ReadonlyMap<string, ProductBody>;
  /** `system value` to the id of the product that has the code. */
  readonly codes: ReadonlyMap<string, string>;
  /** Keys of what was changed here before. */
  readonly changed: ReadonlySet<string>;
}
export interface Synonym {
  readonly name: string;
  readonly language: string;
  readonly kind: string;
}
export interface KnownRule {
  readonly kind: RuleKind;
  /** As it is written in the formulary's files. */
  readonly rule: Readonly<Record<string, unknown>>;
}
export const codeKey = ({ system, value }: { system: string; value: string }): string => `${system} ${value}`;
