import type { GraphqlError } from '../errors.ts';
import type { Connection } from './connection.ts';
import type { LiveResult, RunEnd } from './transport.ts';

/** Why a feed has to be read anew: the platform's reason, or RECONNECTED when the line was away and the feed has no cursor. */
export type ResyncReason = string;

/** Why a feed has ended for good. */
export type FeedEnd =
  | { readonly kind: 'stopped' }
  /** The person may not, or no longer, follow it. */
  | { readonly kind: 'access-ended' }
  | { readonly kind: 'refused'; readonly errors: readonly GraphqlError[] }
  | { readonly kind: 'signed-out' };

type Variables = Readonly<Record<string, unknown>>;

export interface FeedOptions<Event> {
  /** A subscription with one root field; for a feed with a cursor, with a variable `$after: Int`. */
  readonly query: string;
  /** A function is asked again whenever the subscription begins anew. */
  readonly variables?: Variables | (() => Variables);
  /** Feeds with a cursor: the last one seen. Null begins with the next event. */
  readonly after?: number | null;
  /** The cursor of an event; null for feeds without. */
  readonly cursor?: (event: Event) => number | null;
  readonly onEvent: (event: Event) => void;
  /** Reads what is shown anew, and answers the cursor to go on from; null for feeds without. */
  readonly onResync: (reason: ResyncReason) => Promise<number | null>;
  readonly signal: AbortSignal;
}

/**
 * Follows a feed through lost lines, restarts and expired tokens: each event once, in order, none missing. Resolves when
 * it has ended for good; what `onEvent` or `onResync` throw ends it, too.
 */
export async function follow<Event>(connection: Connection, options: FeedOptions<Event>): Promise<FeedEnd> {
  const { query, variables = {}, cursor = () => null, onEvent, onResync, signal } = options;
  const hasCursor = options.cursor !== undefined;
  let after = options.after ?? null;
  let began = false;

  while (!signal.aborted) {
    // Without a cursor nobody knows what was said while the line was away.
    if (began && !hasCursor) await onResync('RECONNECTED');
    const given = typeof variables === 'function' ? variables() : variables;
    let resync: string | null = null;
    let failure: Error | null = null;
    const stopRun = new AbortController();
    const stop = () => stopRun.abort();
    signal.addEventListener('abort', stop, { once: true });
    const take = (result: LiveResult) => {
      const event = Object.values(result.data ?? {})[0] as (Event & Notice) | null | undefined;
      if (!event || resync !== null || failure) return;
      if (event.__typename === 'ResyncRequired') return void (resync = event.reason ?? 'BROKER_GAP');
      if (event.kind === 'REFETCH') return void onResync('REFETCH').catch(fail);
      const at = cursor(event);
      if (at !== null && after !== null && at <= after) return;
      after = at ?? after;
      try {
        onEvent(event);
      } catch (error) {
        fail(error);
      }
    };
    const fail = (error: unknown) => {
      failure ??= error instanceof Error ? error : new Error(String(error));
      stop();
    };
    const end = await connection.run(
      { query, variables: hasCursor ? { ...given, after } : given },
      take,
      stopRun.signal,
    );
    signal.removeEventListener('abort', stop);
    if (failure) throw failure as Error;
    if (signal.aborted) break;
    const forGood = endFor(end, resync);
    if (forGood) return forGood;
    if (resync === 'CURSOR_TOO_OLD') after = await onResync(resync);
    // Everybody is told at the same moment that the broker was away, and should not come back in the same one.
    else if (end.kind === 'completed') await connection.rest(signal);
    began = true;
  }
  return { kind: 'stopped' };
}

interface Notice {
  readonly __typename?: string;
  readonly reason?: string;
  readonly kind?: string;
}

function endFor(end: RunEnd, resync: string | null): FeedEnd | null {
  if (resync === 'ACCESS_ENDED') return { kind: 'access-ended' };
  switch (end.kind) {
    case 'refused':
      return end;
    case 'unauthenticated':
      return { kind: 'signed-out' };
    case 'completed':
    case 'lost':
    case 'polled':
      return null;
    default:
      return end satisfies never;
  }
}
