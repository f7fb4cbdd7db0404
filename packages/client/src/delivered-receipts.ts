import { Backoff, pause } from './backoff.ts';
import { mayPassLater } from './errors.ts';
import type { Session } from './session.ts';

/** What arrives within so short a time is told together. */
const gatherMs = 500;
/** The platform takes so many threads at once. */
const mostAtOnce = 50;

const markAll = `mutation MarkAllDelivered($input: MarkAllDeliveredInput!) {
  markAllDelivered(input: $input) { userErrors { code message path } }
}`;

/**
 * Tells the platform which messages have arrived on this device: many threads and many messages in one call, each thread
 * up to its newest. Nothing is kept over a reload, since the next message of a thread stands for all before it.
 */
export class DeliveredReceipts {
  readonly #session: Session;
  readonly #change: <Payload>(operation: string, input: object) => Promise<Payload>;
  readonly #signal: AbortSignal;
  readonly #waiting = new Map<string, number>();
  #telling = false;

  constructor(options: {
    session: Session;
    change: <Payload>(operation: string, input: object) => Promise<Payload>;
    signal: AbortSignal;
  }) {
    this.#session = options.session;
    this.#change = options.change;
    this.#signal = options.signal;
    // What one person has received is not the next one's business.
    options.session.as.subscribe(() => this.#waiting.clear());
  }

  /** Messages of a thread up to this number are here. Told soon; a lower number than before changes nothing. */
  note(threadId: string, upTo: number): void {
    if (this.#session.as.get() === null || upTo <= (this.#waiting.get(threadId) ?? 0)) return;
    this.#waiting.set(threadId, upTo);
    if (!this.#telling) void this.#tell();
  }

  async #tell(): Promise<void> {
    this.#telling = true;
    const backoff = new Backoff();
    let pauseMs = gatherMs;
    while (this.#waiting.size > 0) {
      await pause(pauseMs, this.#signal);
      if (this.#signal.aborted) break;
      const some = [...this.#waiting].slice(0, mostAtOnce);
      pauseMs = (await this.#told(some)) ? gatherMs : backoff.next();
    }
    this.#telling = false;
  }

  /** False when it may be told later. What is refused is dropped: the next message stands for it. */
  async #told(some: readonly (readonly [string, number])[]): Promise<boolean> {
    if (some.length === 0) return true;
    const receipts = some.map(([threadId, upTo]) => ({ threadId, upTo }));
    try {
      await this.#change(markAll, { receipts });
    } catch (error) {
      if (mayPassLater(error)) return false;
    }
    // One that has grown meanwhile stays.
    for (const [threadId, upTo] of some)
      if (this.#waiting.get(threadId) === upTo) this.#waiting.delete(threadId);
    return true;
  }
}
