/** What an installation decides about its payments. */
export interface Rules {
  /** Automatic tries after a first one that failed for a passing cause. */
  maxRetries: number;
  retryAfterMs: number;
  /** When the provider is asked what became of a charge, counted from the last time; the last pause is repeated. */
  askAfterMs: readonly number[];
  /** Only so long after it was sent is a charge that the provider does not know one that it never got. */
  settleMs: number;
  copyWaitMs: number;
}

/** The pause before the question that follows `asked` earlier ones. */
export const pauseBeforeAsking = ({ askAfterMs }: Rules, asked: number): number =>
  askAfterMs[Math.min(asked, askAfterMs.length - 1)]!;
