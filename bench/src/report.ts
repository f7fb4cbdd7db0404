import type { Timing } from './measure.ts';
import type { RoundTrips } from './round-trips.ts';
import type { Yardsticks } from './yardsticks.ts';

/** A table for people: each operation with its p50 as a multiple of one commit plus one confirmed publish. */
export function report(sticks: Yardsticks, rows: [string, Timing][], trips?: RoundTrips): string {
  const unit = sticks.commit.p50 + sticks.confirm.p50;
  const line = (name: string, { perSecond, p50, p99, count }: Timing, ratio: string) =>
    [name.padEnd(34), perSecond.toFixed(1), p50.toFixed(2), p99.toFixed(2), ratio, String(count)]
      .map((cell, index) => (index === 0 ? cell : cell.padStart(11)))
      .join('');
  const head = ['', '/s', 'p50 ms', 'p99 ms', 'p50 ratio', 'count'].map((cell, index) =>
    index === 0 ? cell.padEnd(34) : cell.padStart(11),
  );
  return [
    '',
    head.join(''),
    line('commit of one row', sticks.commit, ''),
    line('commit of one row, 8 clients', sticks.commit8, ''),
    line('publish and confirm', sticks.confirm, ''),
    ...rows.map(([name, timing]) => line(name, timing, (timing.p50 / unit).toFixed(1))),
    '',
    ...(trips ? [...counted(trips), ''] : []),
    `ratio: p50 divided by one commit + one confirmed publish (${unit.toFixed(2)} ms) of this run`,
  ].join('\n');
}

const counted = (trips: RoundTrips): string[] => [
  "round trips to PostgreSQL, the answer's own reads included:",
  ...[...trips].map(([name, count]) => `  ${name.padEnd(32)} ${count}`),
];
