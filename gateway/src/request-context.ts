import type { Caller } from './sign-in/caller.ts';

/** What one operation carries through the gateway. */
export interface RequestContext {
  /** Null is an anonymous caller. */
  caller: Caller | null;
  requestId: string;
  traceparent: string | null;
  /** What the client runs on, roughly, such as Firefox on Windows; null when it does not say. */
  device: string | null;
  /** Milliseconds since 1970: nothing is waited for beyond it. */
  deadline: number;
  /** Whether it is read for somebody's live stream. */
  live?: boolean;
  /** Aborts when the client has gone away. */
  signal: AbortSignal | null;
}

/** How long a client's operation may take as a whole. */
export const requestTimeoutMs = 10_000;
