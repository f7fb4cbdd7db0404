import { type Outcome, type Score, scoreOf } from './score.ts';

/** A table for people: both parts of the list, then each kind of misspelling. */
export function reportScores(outcomes: readonly Outcome[]): string {
  const kinds = [...Map.groupBy(outcomes, ({ kind }) => kind)];
  const parts = [...Map.groupBy(outcomes, ({ part }) => part)];
  const heading = ['', 'asked', 'recall@1', 'recall@5', 'precision', 'false repairs', 'right preselected'];
  return [
    cells(heading),
    ...parts.map(([part, each]) => line(part, scoreOf(each))),
    '',
    ...kinds.map(([kind, each]) => line(kind, scoreOf(each))),
  ].join('\n');
}

const line = (name: string, score: Score): string =>
  cells([
    name,
    String(score.asked),
    ...[
      score.recallAt1,
      score.recallAt5,
      score.precision,
      score.falseRepairs,
      score.precisionOfPreselected,
    ].map((share) => (Number.isNaN(share) ? '' : share.toFixed(3))),
  ]);
const cells = (texts: readonly string[]): string =>
  texts.map((text, index) => (index === 0 ? text.padEnd(18) : text.padStart(18))).join('');
