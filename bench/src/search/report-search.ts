import type { SearchFigures } from './search-bench.ts';

/** A table for people. */
export function reportSearch({ products, source, engines }: SearchFigures): string {
  const heading = ['', '/s', 'p50 ms', 'p99 ms', 'MB', 'recall@1', 'recall@5', 'precision', 'false repairs'];
  const cells = (texts: readonly string[]) =>
    texts.map((text, index) => (index === 0 ? text.padEnd(34) : text.padStart(15))).join('');
  const both = (tuned: number, heldOut: number) => `${tuned.toFixed(2)} / ${heldOut.toFixed(2)}`;
  return [
    '',
    `8 searchers, ${products} products (${source}); shares of misspellings as tuned / held out`,
    cells(heading),
    ...engines.map(({ name, timing, megabytes, tuned, heldOut }) =>
      cells([
        name,
        timing.perSecond.toFixed(0),
        timing.p50.toFixed(1),
        timing.p99.toFixed(1),
        megabytes.toFixed(0),
        both(tuned.recallAt1, heldOut.recallAt1),
        both(tuned.recallAt5, heldOut.recallAt5),
        both(tuned.precision, heldOut.precision),
        both(tuned.falseRepairs, heldOut.falseRepairs),
      ]),
    ),
  ].join('\n');
}
