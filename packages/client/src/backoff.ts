const firstMs = 250;
const longestMs = 30_000;

/**
 * Growing pauses between tries, each somewhere between half of its length and all of it: clients that lost the same
 * server do not come back in the same moment.
 */
export class Backoff {
  #failures = 0;
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Milliseconds to wait after one more failure. */
  next(): number {
    const full = Math.min(longestMs, firstMs * 2 ** this.#failures);
    this.#failures += 1;
    return full * (0.5 + this.#random() / 2);
  }

  reset(): void {
    this.#failures = 0;
  }

  get failures(): number {
    return this.#failures;
  }
}

/** Waits. Ends early, without complaint, when the signal is aborted or the device comes online. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const page = globalThis as Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>>;
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
    page.addEventListener?.('online', done);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      page.removeEventListener?.('online', done);
      resolve();
    }
  });
}
