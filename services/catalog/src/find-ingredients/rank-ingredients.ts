import { mayBeMisspelt, mayMean } from '../text/misspelling.ts';
import { fold } from '../text/fold.ts';

interface Named {
  readonly code: string;
  /** Folded; its own name first. */
  readonly names: readonly string[];
}

/** Codes of the ingredients that a text may mean: whole name, whole synonym, beginnings, then misspellings if nothing else. */
export function rankIngredients(text: string, ingredients: readonly Named[], most: number): string[] {
  const asked = fold(text);
  if (asked === '') return [];
  const ranked = ingredients
    .map((each, place) => ({ code: each.code, rank: rankOf(asked, each), place }))
    .filter(({ rank }) => rank < none);
  const best = ranked.some(({ rank }) => rank < misspelt)
    ? ranked.filter(({ rank }) => rank < misspelt)
    : ranked;
  return best
    .toSorted((a, b) => a.rank - b.rank || a.place - b.place)
    .slice(0, most)
    .map(({ code }) => code);
}

const misspelt = 5;
const none = 6;

function rankOf(asked: string, { names }: Named): number {
  const [own = '', ...others] = names;
  if (own === asked) return 0;
  if (others.includes(asked)) return 1;
  if (own.startsWith(asked)) return 2;
  if (others.some((name) => name.startsWith(asked))) return 3;
  if (names.some((name) => name.includes(` ${asked}`))) return 4;
  if (mayBeMisspelt(asked) && names.some((name) => mayMean(asked, name))) return misspelt;
  return none;
}
