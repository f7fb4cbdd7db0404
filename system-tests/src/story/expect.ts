/** A story stops at the first thing that is not as told. */
export function expect(fact: unknown, what: string): asserts fact {
  if (!fact) throw new Error(`Expected: ${what}`);
}

/** Asks again until the answer is there: for what follows from an event a moment later. */
export async function eventually<Found>(
  find: () => Promise<Found | null | undefined | false>,
  what: string,
  timeoutMs = 60_000,
): Promise<Found> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const found = await find();
    if (found) return found;
    if (performance.now() > end) throw new Error(`Expected within ${timeoutMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
