import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits a moment for a row that another service's event brings: a client that has just done something there may be
 * quicker than the event. Answers null when it did not come in time.
 */
export async function awaitCopy<Found>(
  find: () => Promise<Found | null>,
  { timeoutMs = 2_000, everyMs = 20 } = {},
): Promise<Found | null> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const found = await find();
    if (found !== null || performance.now() > end) return found;
    await pause(everyMs);
  }
}
