import type { Bell } from './pause.ts';

export interface LaneOptions {
  /** How many tasks may run at once. */
  atOnce: number;
  /** Takes the next due task and runs it. `taken` is called when there was one. Resolves to whether there was. */
  step: (taken: () => void) => Promise<boolean>;
  /** Milliseconds until something falls due, at most `longestSleepMs`. */
  sleepMs: () => Promise<number>;
  onError: (error: unknown) => void;
  signal: AbortSignal;
}

const longestSleepMs = 500;

/** Runs tasks as they fall due, several at once if allowed, until the signal fires and the last one has ended. */
export async function runLane(
  { atOnce, step, sleepMs, onError, signal }: LaneOptions,
  work: Bell,
): Promise<void> {
  const running = new Set<Promise<boolean>>();
  const startOne = (): Promise<boolean> =>
    new Promise((taken) => {
      const one: Promise<boolean> = step(() => taken(true))
        .catch((error: unknown) => {
          onError(error);
          return false;
        })
        .finally(() => {
          running.delete(one);
          taken(false);
        });
      running.add(one);
    });
  while (!signal.aborted) {
    if (running.size >= atOnce) await Promise.race(running);
    else if (!(await startOne())) {
      const wait = await sleepMs().catch(() => longestSleepMs);
      await work.wait(Math.min(Math.max(wait, 1), longestSleepMs), signal);
    }
  }
  await Promise.all(running);
}
