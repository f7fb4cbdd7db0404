import { Backoff, pause } from './backoff.ts';
import { mayPassLater, Refused, SignedOut, type UserError } from './errors.ts';
import { observable, type Observable, until } from './observable.ts';
import type { Session } from './session.ts';
import type { Storage } from './storage.ts';

/** What to send: to a thread, or to the thread of a ticket. */
export interface NewMessage {
  readonly threadId?: string;
  readonly ticketId?: string;
  readonly body: string;
  readonly replyToId?: string;
  readonly prescriptionId?: string;
}

/** A message that the platform does not have yet, as far as is known here. */
export interface PendingMessage extends NewMessage {
  /** Makes it safe to send again, for ever. */
  readonly clientId: string;
  /** The person who wrote it; only their session sends it. */
  readonly userId: string;
  readonly membershipId: string;
  /** When it was written, by this device's clock. */
  readonly writtenAt: string;
  /** Why the platform refused it; null while it waits. A refused one stays until it is retried or discarded. */
  readonly refused: readonly UserError[] | null;
}

/** A message as the platform has it. */
export interface SentMessage {
  readonly id: string;
  readonly number: number;
  readonly sentAt: string;
}

const send = `mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id number sentAt } userErrors { code message path } }
}`;
const storageKey = 'carethread.unsent';

/**
 * Messages on their way. Each is kept before it is sent and forgotten when the platform has it, so that a reload, a
 * dead network or a closed laptop loses none; and each has an id of its own, so that none is there twice. Messages of
 * one thread go in the order they were written.
 */
export class SendQueue {
  readonly #storage: Storage;
  readonly #session: Session;
  readonly #randomUuid: () => string;
  readonly #change: <Payload>(operation: string, input: object) => Promise<Payload>;
  readonly #signal: AbortSignal;
  readonly #pending = observable<readonly PendingMessage[]>([]);
  readonly #waiting = new Map<string, Promise<SentMessage>>();
  readonly #sentListeners = new Set<(message: PendingMessage, sent: SentMessage) => void>();
  #saving: Promise<void> = Promise.resolve();

  constructor(options: {
    storage: Storage;
    session: Session;
    randomUuid: () => string;
    change: <Payload>(operation: string, input: object) => Promise<Payload>;
    signal: AbortSignal;
  }) {
    this.#storage = options.storage;
    this.#session = options.session;
    this.#randomUuid = options.randomUuid;
    this.#change = options.change;
    this.#signal = options.signal;
    options.session.as.subscribe(() => this.#sendAll());
  }

  /** What waits or was refused, oldest first, of everybody who uses this device's storage. */
  get pending(): Observable<readonly PendingMessage[]> {
    return this.#pending;
  }

  async restore(): Promise<void> {
    const kept = await this.#storage.get(storageKey);
    if (kept !== null) this.#pending.set(JSON.parse(kept) as PendingMessage[]);
    this.#sendAll();
  }

  /** Calls `listener` when a message has arrived at the platform. */
  onSent(listener: (message: PendingMessage, sent: SentMessage) => void): () => void {
    this.#sentListeners.add(listener);
    return () => void this.#sentListeners.delete(listener);
  }

  /** Queues a message; resolves when it is kept, so that nothing loses it any more. Show it as pending until then. */
  async send(message: NewMessage): Promise<PendingMessage> {
    const as = this.#session.as.get();
    if (!as) throw new SignedOut();
    const pending: PendingMessage = {
      ...message,
      clientId: this.#randomUuid(),
      userId: as.userId,
      membershipId: as.membershipId,
      writtenAt: new Date().toISOString(),
      refused: null,
    };
    await this.#keep([...this.#pending.get(), pending]);
    this.#sendAll();
    return pending;
  }

  /** Resolves when the platform has this message; rejects with Refused when it will not take it. */
  async sent(clientId: string): Promise<SentMessage> {
    const arrival = this.#waiting.get(clientId);
    if (!arrival) throw new Error('There is no such message on its way.');
    return arrival;
  }

  /** Sends a refused message once more, under the same id. */
  async retry(clientId: string): Promise<void> {
    await this.#replace(clientId, (message) => [{ ...message, refused: null }]);
    this.#sendAll();
  }

  /** Gives up a message that was refused. */
  async discard(clientId: string): Promise<void> {
    await this.#replace(clientId, (message) => (message.refused ? [] : [message]));
  }

  #sendAll(): void {
    const as = this.#session.as.get();
    if (!as) return;
    for (const message of this.#pending.get()) {
      const mine = message.userId === as.userId && message.membershipId === as.membershipId;
      if (!mine || message.refused || this.#waiting.has(message.clientId)) continue;
      const { clientId } = message;
      const before = this.#before(message);
      const arrival = before.then(() => this.#deliver(message)).finally(() => this.#waiting.delete(clientId));
      // Whoever asks by `sent` hears of it; nobody has to.
      arrival.catch(() => {});
      this.#waiting.set(clientId, arrival);
    }
  }

  /** Until the message written before this one, to the same thread, is out of the way. */
  #before({ clientId, threadId, ticketId }: PendingMessage): Promise<unknown> {
    const all = this.#pending.get();
    const earlier = all
      .slice(
        0,
        all.findIndex((one) => one.clientId === clientId),
      )
      .filter((one) => one.threadId === threadId && one.ticketId === ticketId)
      .at(-1);
    return (earlier && this.#waiting.get(earlier.clientId)?.catch(() => {})) ?? Promise.resolve();
  }

  async #deliver(message: PendingMessage): Promise<SentMessage> {
    const { threadId, ticketId, body, replyToId, prescriptionId, clientId } = message;
    const input = { threadId, ticketId, body, replyToId, prescriptionId, clientId };
    const backoff = new Backoff();
    for (;;) {
      try {
        const { message: sent } = await this.#change<{ message: SentMessage }>(send, input);
        await this.#replace(clientId, () => []);
        for (const listener of this.#sentListeners) listener(message, sent);
        return sent;
      } catch (error) {
        if (error instanceof Refused) {
          await this.#replace(clientId, (one) => [{ ...one, refused: error.userErrors }]);
          throw error;
        }
        if (this.#signal.aborted || !mayPassLater(error)) throw error;
        if (error instanceof SignedOut)
          await until(this.#session.as, (as) => as?.membershipId === message.membershipId, this.#signal);
        else await pause(backoff.next(), this.#signal);
      }
    }
  }

  #replace(clientId: string, by: (message: PendingMessage) => PendingMessage[]): Promise<void> {
    return this.#keep(this.#pending.get().flatMap((one) => (one.clientId === clientId ? by(one) : [one])));
  }

  /** Writes one after the other, so that an older state never overwrites a newer one. */
  async #keep(messages: readonly PendingMessage[]): Promise<void> {
    this.#pending.set(messages);
    const write = () => this.#storage.set(storageKey, JSON.stringify(this.#pending.get()));
    this.#saving = this.#saving.then(write, write);
    await this.#saving;
  }
}
