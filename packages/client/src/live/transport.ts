import type { GraphqlError } from '../errors.ts';

/** A subscription as it is sent now: its variables hold the cursor to go on from. */
export interface LiveOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface LiveResult {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphqlError[];
}

/** How one run of a subscription ended. */
export type RunEnd =
  /** The platform completed it. */
  | { readonly kind: 'completed' }
  /** The platform will not run it, now or later. */
  | { readonly kind: 'refused'; readonly errors: readonly GraphqlError[] }
  /** The token is no good any more. */
  | { readonly kind: 'unauthenticated' }
  /** The line broke, or could not be opened. */
  | { readonly kind: 'lost' }
  /** One poll is over; the next goes on at once. */
  | { readonly kind: 'polled' };

export type TransportName = 'websocket' | 'sse' | 'polling';

/** One way for events to come. */
export interface Transport {
  readonly name: TransportName;
  /**
   * Runs a subscription until it ends or `signal` is aborted. `opened` is called once the way has proved to work.
   * Never rejects.
   */
  run(
    operation: LiveOperation,
    on: { next: (result: LiveResult) => void; opened: () => void },
    signal: AbortSignal,
  ): Promise<RunEnd>;
  /** Drops what is open; what runs ends as lost. */
  reset(): void;
}

/** What a list of errors means for a subscription. */
export function endOf(errors: readonly GraphqlError[]): RunEnd {
  const codes = errors.map(({ extensions }) => extensions?.code);
  if (codes.includes('UNAUTHENTICATED')) return { kind: 'unauthenticated' };
  return codes.some((code) => code !== undefined && passing.has(code))
    ? { kind: 'lost' }
    : { kind: 'refused', errors };
}

const passing: ReadonlySet<string> = new Set([
  'SUBGRAPH_UNAVAILABLE',
  'UNAVAILABLE',
  'RATE_LIMITED',
  'TOO_MANY_SUBSCRIPTIONS',
  'INTERNAL_SERVER_ERROR',
]);

/** Hands on results; one that has errors and no data is the end, which is told when the subscription completes. */
export function untilRefused(next: (result: LiveResult) => void) {
  let refusal: readonly GraphqlError[] | null = null;
  return {
    next(result: LiveResult): void {
      if (!result.data && result.errors) refusal = result.errors;
      else next(result);
    },
    completed: (): RunEnd => (refusal ? endOf(refusal) : { kind: 'completed' }),
  };
}
