import type { Caller } from '../sign-in/caller.ts';
import type { LiveEvent, ResyncReason } from './live-event.ts';

export type Mail = { kind: 'event'; event: LiveEvent } | { kind: 'resync'; reason: ResyncReason };

export interface MailboxOptions {
  readonly topics: readonly string[];
  /** Who it belongs to now; a renewed token may change it. */
  readonly owner: () => Caller;
  /** A durable feed ends when something was lost, since its cursor resumes it; a lossy one says so and goes on. */
  readonly durable: boolean;
  readonly limit: number;
  readonly onClose: (mailbox: Mailbox) => void;
}

/**
 * What waits for one subscription. The socket pulls from it, so a slow client fills only its own mailbox, and that
 * never holds more than `limit` events.
 */
export class Mailbox {
  readonly options: MailboxOptions;
  readonly #waiting = new Map<string, LiveEvent>();
  #resync: ResyncReason | null = null;
  #sealed = false;
  #closed = false;
  #wake: (() => void) | null = null;
  readonly #onClosed: (() => void)[] = [];

  constructor(options: MailboxOptions) {
    this.options = options;
  }

  push(event: LiveEvent): void {
    if (this.#sealed || this.#closed) return;
    if (this.#waiting.size >= this.options.limit && !this.#waiting.has(event.key))
      return this.resync('SLOW_CONSUMER');
    this.#waiting.set(event.key, event);
    this.#wake?.();
  }

  /** Puts this in place of everything that waits. Of a durable feed it is the last thing. */
  resync(reason: ResyncReason): void {
    if (this.#sealed || this.#closed) return;
    this.#waiting.clear();
    this.#resync = reason;
    this.#sealed = this.options.durable;
    this.#wake?.();
  }

  /** Ends the subscription after telling why, whatever its feed. */
  end(reason: ResyncReason): void {
    this.resync(reason);
    this.#sealed = true;
  }

  /** The next thing, as soon as there is one; null when there will be none. Called by one reader, one at a time. */
  async take(): Promise<Mail | null> {
    if (!this.#next && !this.#sealed && !this.#closed) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = null;
    }
    const mail = this.#next;
    if (mail?.kind === 'event') this.#waiting.delete(mail.event.key);
    else this.#resync = null;
    if (!mail) this.close();
    return mail;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting.clear();
    this.#resync = null;
    this.options.onClose(this);
    for (const told of this.#onClosed) told();
    this.#wake?.();
  }

  /** Calls `told` once when it is closed; at once, when it is. */
  whenClosed(told: () => void): void {
    if (this.#closed) told();
    else this.#onClosed.push(told);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get #next(): Mail | null {
    if (this.#resync) return { kind: 'resync', reason: this.#resync };
    const { value: event } = this.#waiting.values().next();
    return event ? { kind: 'event', event } : null;
  }
}
