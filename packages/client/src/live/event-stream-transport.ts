import { createClient, NetworkError } from 'graphql-sse';
import type { Session } from '../session.ts';
import { endOf, type LiveResult, type RunEnd, type Transport, untilRefused } from './transport.ts';

/** Subscriptions as server-sent events, a request each: for where no WebSocket gets through. */
export function eventStreamTransport(options: {
  url: string;
  session: Session;
  fetch: typeof fetch;
}): Transport {
  const { session } = options;
  let resets = new AbortController();
  return {
    name: 'sse',
    run({ query, variables }, on, signal) {
      const results = untilRefused(on.next);
      return new Promise<RunEnd>((resolve) => {
        const client = createClient({
          url: `${options.url}/stream`,
          fetchFn: options.fetch,
          retryAttempts: 0,
          headers: async () => ({ authorization: `Bearer ${await session.token()}` }),
          on: { connected: on.opened },
        });
        const reset = resets.signal;
        const drop = () => end({ kind: 'lost' });
        client.subscribe<Record<string, unknown>>(
          { query, variables },
          {
            next: (result) => results.next(result),
            error: (error) => void endBy(error),
            complete: () => end(results.completed()),
          },
        );
        signal.addEventListener('abort', stop, { once: true });
        reset.addEventListener('abort', drop, { once: true });
        if (signal.aborted) stop();

        async function endBy(error: unknown) {
          end(await outcomeOf(error));
        }
        function stop() {
          end({ kind: 'completed' });
        }
        function end(outcome: RunEnd) {
          signal.removeEventListener('abort', stop);
          reset.removeEventListener('abort', drop);
          client.dispose();
          resolve(outcome);
        }
      });
    },
    reset() {
      resets.abort();
      resets = new AbortController();
    },
  };
}

async function outcomeOf(error: unknown): Promise<RunEnd> {
  const response = error instanceof NetworkError ? (error.response as Response | undefined) : undefined;
  if (response?.status === 401) return { kind: 'unauthenticated' };
  if (response?.status !== 400) return { kind: 'lost' };
  try {
    const { errors } = (await response.json()) as LiveResult;
    return errors ? endOf(errors) : { kind: 'lost' };
  } catch {
    return { kind: 'lost' };
  }
}
