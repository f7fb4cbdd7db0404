import { Backoff, pause } from './backoff.ts';
import { DeliveredReceipts } from './delivered-receipts.ts';
import { either } from './either.ts';
import { GraphqlFailure, Refused, Unreachable, type UserError } from './errors.ts';
import { Connection } from './live/connection.ts';
import { eventStreamTransport } from './live/event-stream-transport.ts';
import { type FeedEnd, type FeedOptions, follow } from './live/follow.ts';
import { pollingTransport } from './live/polling-transport.ts';
import { socketTransport } from './live/socket-transport.ts';
import type { TransportName } from './live/transport.ts';
import { type Operation, post } from './post.ts';
import { SendQueue } from './send-queue.ts';
import { Session } from './session.ts';
import { memoryStorage, type Storage } from './storage.ts';

export interface ClientOptions {
  /** The GraphQL endpoint, such as https://api.example.org/graphql. */
  readonly url: string;
  /** Where session and unsent messages are kept; without it they are lost with the page. */
  readonly storage?: Storage;
  readonly fetch?: typeof fetch;
  /** A WebSocket class, where there is no global one. */
  readonly WebSocket?: unknown;
  /** A random UUID (version 4), where there is no `crypto.randomUUID`. */
  readonly randomUuid?: () => string;
  /** Ways for live updates, best first. */
  readonly transports?: readonly TransportName[];
}

/** How often a query is asked again when no answer comes. */
const queryTries = 3;

/** One person's line to the platform. */
export class CarethreadClient {
  readonly session: Session;
  readonly connection: Connection;
  /** Messages that wait to be sent, whatever the network does. */
  readonly sendQueue: SendQueue;
  /** Which messages have arrived on this device, told together. */
  readonly received: DeliveredReceipts;
  readonly #url: string;
  readonly #fetch: typeof fetch;
  readonly #closing = new AbortController();

  constructor(options: ClientOptions) {
    const { url, storage = memoryStorage(), WebSocket = globalThis.WebSocket } = options;
    const transports = options.transports ?? ['websocket', 'sse', 'polling'];
    this.#url = url;
    // A browser's fetch refuses to be called as a method of anything but the window.
    this.#fetch = options.fetch ?? ((...request) => globalThis.fetch(...request));
    this.session = new Session({ url, fetch: this.#fetch, storage });
    const line = { url, session: this.session, fetch: this.#fetch };
    const open = {
      websocket: () => socketTransport({ ...line, WebSocket }),
      sse: () => eventStreamTransport(line),
      polling: () => pollingTransport(line),
    };
    this.connection = new Connection({
      session: this.session,
      ways: transports.filter((name) => name !== 'websocket' || WebSocket).map((name) => open[name]()),
    });
    this.received = new DeliveredReceipts({
      session: this.session,
      change: (...change) => this.change(...change),
      signal: this.#closing.signal,
    });
    this.sendQueue = new SendQueue({
      storage,
      session: this.session,
      randomUuid: options.randomUuid ?? (() => crypto.randomUUID()),
      change: (...change) => this.change(...change),
      signal: this.#closing.signal,
    });
  }

  /** Takes up session and unsent messages from the storage. Call it once before anything else. */
  async restore(): Promise<void> {
    await this.session.restore();
    await this.sendQueue.restore();
  }

  /**
   * Asks, as the person who is signed in if somebody is. Asks again when no answer comes.
   * Throws GraphqlFailure, Unreachable, or SignedOut when the session has ended.
   */
  async query<Data = Record<string, unknown>, Variables extends object = object>(
    operation: Operation<Data, Variables>,
    variables?: Variables,
    signal: AbortSignal = this.#closing.signal,
  ): Promise<Data> {
    const backoff = new Backoff();
    for (;;) {
      try {
        return await this.#ask(operation, variables, signal);
      } catch (error) {
        if (!(error instanceof Unreachable) || backoff.failures + 1 >= queryTries) throw error;
        await pause(backoff.next(), signal);
      }
    }
  }

  /**
   * Changes something, and is not repeated by itself: without an answer it is not known whether the platform acted. Give
   * the mutation an idempotency key and it may be repeated as often as needed.
   */
  mutate<Data = Record<string, unknown>, Variables extends object = object>(
    operation: Operation<Data, Variables>,
    variables?: Variables,
  ): Promise<Data> {
    return this.#ask(operation, variables, this.#closing.signal);
  }

  /** A mutation with one root field; throws Refused when its payload has userErrors. */
  async change<Payload>(operation: string, input: object): Promise<Payload> {
    const data = await this.mutate<Record<string, Payload & { userErrors: UserError[] }>>(operation, {
      input,
    });
    const payload = Object.values(data)[0];
    if (!payload) throw new GraphqlFailure([{ message: 'The answer has no payload.' }]);
    if (payload.userErrors.length > 0) throw new Refused(payload.userErrors);
    return payload;
  }

  /** Follows a feed until `signal` is aborted, the client closed, or the feed ends for good; see `follow`. */
  follow<Event>(options: FeedOptions<Event>): Promise<FeedEnd> {
    return follow(this.connection, { ...options, signal: either(options.signal, this.#closing.signal) });
  }

  /** Ends everything that is open. Unsent messages stay in the storage. */
  close(): void {
    this.#closing.abort();
    this.connection.reset();
  }

  async #ask<Data, Variables extends object>(
    operation: Operation<Data, Variables>,
    variables: Variables | undefined,
    signal: AbortSignal,
  ): Promise<Data> {
    const asked = { url: this.#url, fetch: this.#fetch, query: String(operation), variables, signal };
    const signedIn = this.session.as.get() !== null;
    const token = signedIn ? await this.session.token() : null;
    try {
      return await post<Data>({ ...asked, token });
    } catch (error) {
      if (!signedIn || !(error instanceof GraphqlFailure) || !error.has('UNAUTHENTICATED')) throw error;
      // Refused before anything was done, so that also a mutation may be sent again.
      return post<Data>({ ...asked, token: await this.session.renew() });
    }
  }
}
