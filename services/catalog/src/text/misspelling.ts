/** Shorter words are too close to each other: `Xanax` may be repaired, `Soma` may not. */
const shortest = 5;

/** Numbers, units and short words are never repaired: 5 mg is never 50 mg. */
export const mayBeMisspelt = (word: string): boolean => word.length >= shortest && !/\p{Number}/u.test(word);

/** How many slips a word of this length may have. */
const slips = (word: string): number => (word.length >= 9 ? 2 : 1);

/** Whether somebody who typed `typed` may have meant `word`. */
export const mayMean = (typed: string, word: string): boolean =>
  distance(typed, word, slips(typed)) <= slips(typed);

/** Those of the words that `typed` may mean and that need the fewest slips. */
export function closest(typed: string, words: readonly string[]): string[] {
  const allowed = slips(typed);
  const near = words.map((word) => ({ word, away: distance(typed, word, allowed) }));
  const least = Math.min(allowed, ...near.map(({ away }) => away));
  return near.filter(({ away }) => away === least).map(({ word }) => word);
}

/**
 * How many letters must be put in, left out, exchanged or swapped with their neighbour to get from `a` to `b` (optimal
 * string alignment). Gives up above `most`.
 */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, before[j - 2]! + 1);
    }
    if (Math.min(...row) > most) return most + 1;
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
