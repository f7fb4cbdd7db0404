import { either } from '../either.ts';
import type { Session } from '../session.ts';
import { endOf, type LiveResult, type RunEnd, type Transport, untilRefused } from './transport.ts';

/** What one poll brings: results in order, and whether the subscription has ended with them. */
interface Poll {
  readonly results?: readonly LiveResult[];
  readonly complete?: boolean;
  readonly errors?: LiveResult['errors'];
}

/**
 * Subscriptions by long polling: each request waits at the gateway until there is something. For where not even a
 * streamed answer gets through. A run is one poll; whoever follows a feed starts the next one behind its cursor.
 */
export function pollingTransport(options: { url: string; session: Session; fetch: typeof fetch }): Transport {
  const { session } = options;
  let resets = new AbortController();
  return {
    name: 'polling',
    async run({ query, variables }, on, signal) {
      try {
        const response = await options.fetch(`${options.url}/poll`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${await session.token()}` },
          body: JSON.stringify({ query, variables }),
          signal: either(signal, resets.signal),
        });
        // The head of the answer comes at once, the rest when there is something.
        if (response.ok) on.opened();
        return deliver((await response.json()) as Poll, on.next);
      } catch {
        return signal.aborted ? { kind: 'completed' } : { kind: 'lost' };
      }
    },
    reset() {
      resets.abort();
      resets = new AbortController();
    },
  };
}

function deliver({ results = [], complete, errors }: Poll, next: (result: LiveResult) => void): RunEnd {
  if (errors) return endOf(errors);
  const all = untilRefused(next);
  for (const result of results) all.next(result);
  return complete ? all.completed() : { kind: 'polled' };
}
