import { Backoff, pause } from '../backoff.ts';
import { SignedOut } from '../errors.ts';
import { observable, type Observable } from '../observable.ts';
import type { Session } from '../session.ts';
import type { LiveOperation, LiveResult, RunEnd, Transport, TransportName } from './transport.ts';

/** How live updates come at the moment; for an app to show. */
export type ConnectionState =
  /** Nothing is followed. */
  | { readonly status: 'idle' }
  /** A way is being opened. */
  | { readonly status: 'connecting'; readonly transport: TransportName }
  /** Updates arrive this way. */
  | { readonly status: 'live'; readonly transport: TransportName }
  /** The platform cannot be reached; the next try comes by itself. */
  | { readonly status: 'waiting' }
  /** The person has to sign in again. */
  | { readonly status: 'signed-out' };

/** A way that could not be opened so often in a row is left for the next one. */
const triesPerWay = 2;
/** After this time on a lesser way the best one is tried again when the line breaks. */
const lookUpAfterMs = 300_000;

/**
 * The live line of a client: WebSocket, or server-sent events where that does not open, or polling where neither does.
 * All subscriptions share the way and the pauses between tries.
 */
export class Connection {
  readonly #session: Session;
  readonly #ways: readonly Transport[];
  readonly #backoff: Backoff;
  readonly #state = observable<ConnectionState>({ status: 'idle' });
  #way = 0;
  #failures = 0;
  #steppedDownAt = 0;
  #running = 0;
  #waiting: Promise<void> | null = null;

  constructor(options: { session: Session; ways: readonly Transport[]; random?: () => number }) {
    this.#session = options.session;
    this.#ways = options.ways;
    this.#backoff = new Backoff(options.random);
    // Another person, or the same one as something else: what is open speaks for the wrong one.
    options.session.as.subscribe(() => this.reset());
  }

  get state(): Observable<ConnectionState> {
    return this.#state;
  }

  /** Runs a subscription once. Waits before it answers `lost`, so that the caller may try again at once. */
  async run(
    operation: LiveOperation,
    next: (result: LiveResult) => void,
    signal: AbortSignal,
  ): Promise<RunEnd> {
    if (this.#session.as.get() === null) return this.#signedOut();
    this.#running += 1;
    const way = this.#way;
    const transport = this.#ways[way]!;
    let opened = false;
    if (this.#state.get().status !== 'live')
      this.#state.set({ status: 'connecting', transport: transport.name });
    const on = {
      next: (result: LiveResult) => {
        works();
        next(result);
      },
      opened: () => works(),
    };
    const works = () => {
      opened = true;
      if (this.#way !== way) return;
      this.#failures = 0;
      this.#backoff.reset();
      const state = this.#state.get();
      if (state.status !== 'live' || state.transport !== transport.name)
        this.#state.set({ status: 'live', transport: transport.name });
    };
    const end = await transport.run(operation, on, signal);
    this.#running -= 1;
    if (signal.aborted) this.#idleWhenDone();
    else if (this.#session.as.get() === null) return this.#signedOut();
    else if (end.kind === 'unauthenticated') return this.#signInAnew(signal);
    else if (end.kind === 'lost') await this.#recover(way, opened, signal);
    else if (end.kind !== 'polled') this.#idleWhenDone();
    return end;
  }

  /** Waits as after a lost line. */
  rest(signal: AbortSignal): Promise<void> {
    return this.#wait(signal);
  }

  /** Drops what is open; subscriptions begin again by themselves. */
  reset(): void {
    for (const way of this.#ways) way.reset();
  }

  #idleWhenDone(): void {
    if (this.#running === 0) this.#state.set({ status: 'idle' });
  }

  #signedOut(): RunEnd {
    this.#state.set({ status: 'signed-out' });
    return { kind: 'unauthenticated' };
  }

  async #signInAnew(signal: AbortSignal): Promise<RunEnd> {
    try {
      await this.#session.renew();
      return { kind: 'lost' };
    } catch (error) {
      if (error instanceof SignedOut) return this.#signedOut();
      await this.#wait(signal);
      return { kind: 'lost' };
    }
  }

  async #recover(way: number, opened: boolean, signal: AbortSignal): Promise<void> {
    if (way === this.#way) {
      if (opened) this.#lookUp();
      else this.#stepDown();
    }
    await this.#wait(signal);
  }

  #stepDown(): void {
    this.#failures += 1;
    if (this.#failures < triesPerWay) return;
    this.#failures = 0;
    this.#way = (this.#way + 1) % this.#ways.length;
    this.#steppedDownAt = Date.now();
  }

  #lookUp(): void {
    if (this.#way > 0 && Date.now() - this.#steppedDownAt > lookUpAfterMs) this.#way = 0;
  }

  /** Everybody who lost the same line waits for the same pause. */
  #wait(signal: AbortSignal): Promise<void> {
    this.#waiting ??= this.#pause(signal).finally(() => (this.#waiting = null));
    return this.#waiting;
  }

  async #pause(signal: AbortSignal): Promise<void> {
    this.#state.set({ status: 'waiting' });
    await pause(this.#backoff.next(), signal);
  }
}
