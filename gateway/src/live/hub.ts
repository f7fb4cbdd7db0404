import type { Actor } from '@carethread/contracts/actor.ts';
import { Mailbox, type MailboxOptions } from './mailbox.ts';
import type { LiveEvent, ResyncReason } from './live-event.ts';

/** Hands each event to the mailboxes that listen to one of its topics. A topic is a feed and what it is about. */
export class Hub {
  readonly #listeners = new Map<string, Set<Mailbox>>();

  open(options: Omit<MailboxOptions, 'onClose'>): Mailbox {
    const mailbox = new Mailbox({ ...options, onClose: (closed) => this.#drop(closed) });
    for (const topic of options.topics) {
      const listeners = this.#listeners.get(topic);
      if (listeners) listeners.add(mailbox);
      else this.#listeners.set(topic, new Set([mailbox]));
    }
    return mailbox;
  }

  publish(event: LiveEvent): void {
    const [only] = event.topics;
    if (event.topics.length === 1 && only !== undefined)
      for (const mailbox of this.#listeners.get(only) ?? []) mailbox.push(event);
    else for (const mailbox of this.#listenersOf(event.topics)) mailbox.push(event);
  }

  /** Hands each listener of a topic an event made for them. */
  tell(topic: string, eventFor: (actor: Actor) => LiveEvent): void {
    for (const mailbox of this.#listeners.get(topic) ?? [])
      mailbox.push(eventFor(mailbox.options.owner().actor));
  }

  /** Tells the listeners of a topic whom `concerns` names that they may have missed something. */
  resync(topic: string, reason: ResyncReason, concerns: (actor: Actor) => boolean = () => true): void {
    for (const mailbox of this.#listeners.get(topic) ?? [])
      if (concerns(mailbox.options.owner().actor)) mailbox.resync(reason);
  }

  /** Tells everybody, or all whom `concerns` names. */
  resyncAll(reason: ResyncReason, concerns: (actor: Actor) => boolean = () => true): void {
    for (const mailbox of this.#listenersOf([...this.#listeners.keys()]))
      if (concerns(mailbox.options.owner().actor)) mailbox.resync(reason);
  }

  /** Open mailboxes. */
  get size(): number {
    return this.#listenersOf([...this.#listeners.keys()]).size;
  }

  /** Everyone once, even if they listen to several of the topics. */
  #listenersOf(topics: readonly string[]): Set<Mailbox> {
    const all = new Set<Mailbox>();
    for (const topic of topics) for (const mailbox of this.#listeners.get(topic) ?? []) all.add(mailbox);
    return all;
  }

  #drop(mailbox: Mailbox): void {
    for (const topic of mailbox.options.topics) {
      const listeners = this.#listeners.get(topic);
      listeners?.delete(mailbox);
      if (listeners?.size === 0) this.#listeners.delete(topic);
    }
  }
}
