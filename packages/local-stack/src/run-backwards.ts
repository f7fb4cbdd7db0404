/** Undoes steps in reverse order. Each is tried, whatever becomes of the others; the first failure is passed on at the end. */
export async function runBackwards(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps.toReversed()) await step().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
