export interface Timing {
  /** Operations per second. */
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  count: number;
}

/** Runs `operation` again and again for `seconds` on `clients` lanes at once, after a warm-up, and times each run. */
export async function measure(
  operation: (lane: number) => Promise<unknown>,
  { clients = 1, seconds = 4, warmUp = 20 } = {},
): Promise<Timing> {
  for (let n = 0; n < warmUp; n++) await operation(n % clients);
  const times: number[] = [];
  const startedAt = performance.now();
  const end = startedAt + seconds * 1000;
  await Promise.all(
    Array.from({ length: clients }, async (_, lane) => {
      while (performance.now() < end) {
        const from = performance.now();
        await operation(lane);
        times.push(performance.now() - from);
      }
    }),
  );
  return timingOf(times, (performance.now() - startedAt) / 1000);
}

export function timingOf(times: number[], seconds: number): Timing {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99), count: times.length };
}
