import type { Misspelling } from './misspellings.ts';

/** One hit of some search: which ingredients, and whether a client may propose it unseen. */
export interface ScoredHit {
  readonly ingredients: readonly string[];
  readonly preselectable: boolean;
}
export interface Outcome extends Misspelling {
  readonly hits: readonly ScoredHit[];
}
/** Shares from 0 to 1. */
export interface Score {
  readonly asked: number;
  /** Of those that mean something: the first hit is it, or one of the first five different medicines. */
  readonly recallAt1: number;
  readonly recallAt5: number;
  /** Of those that found anything: the first hit is what was meant. */
  readonly precision: number;
  /** Of those that mean nothing: something was found nevertheless. */
  readonly falseRepairs: number;
  /** Of the hits marked as preselectable: they are what was meant. 1 when there are none. */
  readonly precisionOfPreselected: number;
}

/** What a search is worth on a list. */
export function scoreOf(outcomes: readonly Outcome[]): Score {
  const meaning = outcomes.filter(({ meant }) => meant.length > 0);
  const nothing = outcomes.filter(({ meant }) => meant.length === 0);
  const answered = outcomes.filter(({ hits }) => hits.length > 0);
  const proposed = outcomes.flatMap((outcome) =>
    outcome.hits.filter(({ preselectable }) => preselectable).map((hit) => has(outcome, hit)),
  );
  return {
    asked: outcomes.length,
    recallAt1: share(meaning, isFirst),
    recallAt5: share(meaning, (each) => medicinesOf(each).slice(0, 5).includes(keyOf(each.meant))),
    precision: share(answered, isFirst, 1),
    falseRepairs: share(nothing, ({ hits }) => hits.length > 0, 0),
    precisionOfPreselected: share(proposed, (right) => right, 1),
  };
}

/** Whether the first hit is the medicine that was meant. */
export const isFirst = ({ meant, hits }: Outcome): boolean =>
  hits.length > 0 && meant.length > 0 && keyOf(hits[0]!.ingredients) === keyOf(meant);

/** The different medicines among the hits, in order. */
const medicinesOf = ({ hits }: Outcome): string[] => [
  ...new Set(hits.map(({ ingredients }) => keyOf(ingredients))),
];
const keyOf = (ingredients: readonly string[]): string => [...new Set(ingredients)].toSorted().join('+');

/** A proposal is right when the medicine has all that was meant: "lisinopril" may propose a mixture, too. */
const has = ({ meant }: Outcome, { ingredients }: ScoredHit): boolean =>
  meant.length > 0 && meant.every((code) => ingredients.includes(code));

const share = <Item>(items: readonly Item[], is: (item: Item) => boolean, ofNone = Number.NaN): number =>
  items.length === 0 ? ofNone : items.filter(is).length / items.length;
