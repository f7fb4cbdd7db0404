import { effort } from '@carethread/local-stack/effort.ts';

/** How many calls each generated attack makes at most. */
export const calls = effort(150, 1_000_000);

/** Evenly over all of them, so that each entrance has its turn before any has two. */
export const someOf = <Each>(all: readonly Each[]): Each[] =>
  all.length <= calls
    ? [...all]
    : Array.from({ length: calls }, (_, n) => all[Math.floor((n * all.length) / calls)]!);

/** Does all of them, a few at a time. */
export async function inTurns<Each>(
  all: readonly Each[],
  work: (each: Each) => Promise<void>,
): Promise<void> {
  const waiting = [...all];
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await work(next);
    }),
  );
}

/** The same order every time, and no field or person beside itself. */
export function shuffled<Each>(all: readonly Each[]): Each[] {
  const step = 7_919;
  return all.map((_, n) => all[(n * step) % all.length]!);
}
