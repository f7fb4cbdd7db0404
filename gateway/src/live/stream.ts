import { setTimeout as wait } from 'node:timers/promises';
import type { ExecutionResult } from 'graphql';
import type { GatewayMetrics } from '../metrics.ts';
import type { Caller } from '../sign-in/caller.ts';
import type { Hydrator, Selection } from './hydrator.ts';
import type { LiveEvent, ResyncReason } from './live-event.ts';
import type { Mailbox } from './mailbox.ts';
import type { Opening } from './feed.ts';
import type { Reading } from './reading.ts';

/** A service that restarts is away for a moment; after the last try the client comes back by cursor. */
const retryAfterMs = [100, 400, 1_500];
/** Events of a backlog that are read at the same time. */
const backlogWidth = 8;

export interface StreamOptions {
  readonly selection: Selection;
  readonly mailbox: Mailbox;
  readonly opening: Exclude<Opening, { kind: 'not_found' }>;
  readonly after: number | null;
  readonly known: string | null;
  readonly owner: () => Caller;
  readonly hydrator: Hydrator;
  readonly metrics: GatewayMetrics;
}

/** What a subscriber is sent: first what was missed, then what comes, in order and without a gap, or a word about one. */
export class Stream {
  readonly #options: StreamOptions;
  #last: number | null;
  #state: string | null;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#last = options.after;
    this.#state = options.known;
  }

  /**
   * As graphql-ws wants it. A generator that waits ignores `return()` until what it waits for has come, and would keep
   * its mailbox for ever: so the mailbox is closed first, which ends the waiting.
   */
  iterator(): AsyncGenerator<ExecutionResult, void, void> {
    const { mailbox } = this.#options;
    const results = this.#results();
    return {
      next: () => results.next(),
      return: () => {
        mailbox.close();
        return results.return();
      },
      throw: (error) => {
        mailbox.close();
        return results.throw(error);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
      [Symbol.asyncDispose]: async () => mailbox.close(),
    };
  }

  async *#results(): AsyncGenerator<ExecutionResult, void, void> {
    const { opening, mailbox } = this.#options;
    try {
      if (opening.kind === 'too_old') return yield await this.#resync('CURSOR_TOO_OLD');
      for await (const reading of this.#backlog(opening.backlog)) {
        if (reading.kind === 'unavailable') return yield await this.#resync('UNAVAILABLE');
        if (reading.kind === 'deliver') yield reading.result;
      }
      yield* this.#live();
    } finally {
      mailbox.close();
    }
  }

  async *#backlog(events: readonly LiveEvent[]): AsyncGenerator<Reading, void, void> {
    for (let at = 0; at < events.length; at += backlogWidth) {
      const some = events.slice(at, at + backlogWidth).filter((event) => !this.#isKnown(event));
      yield* await Promise.all(some.map((event) => this.#read(event)));
      this.#last = some.at(-1)?.cursor ?? this.#last;
    }
  }

  async *#live(): AsyncGenerator<ExecutionResult, void, void> {
    const { mailbox } = this.#options;
    const { durable } = mailbox.options;
    for (;;) {
      const mail = await mailbox.take();
      if (!mail) return;
      if (mail.kind === 'resync') {
        yield await this.#resync(mail.reason);
        continue;
      }
      if (this.#isKnown(mail.event)) continue;
      const { cursor } = mail.event;
      if (cursor !== null && this.#last !== null) {
        // The backlog and the mailbox overlap on purpose: what came in between is in both.
        if (cursor <= this.#last) continue;
        if (cursor > this.#last + 1) return yield await this.#resync('SEQUENCE_GAP');
      }
      const reading = await this.#read(mail.event);
      this.#last = cursor;
      if (reading.kind === 'deliver') yield reading.result;
      else if (reading.kind === 'unavailable') {
        yield await this.#resync('UNAVAILABLE');
        if (durable) return;
      }
    }
  }

  async #read(event: LiveEvent): Promise<Reading> {
    const { selection, hydrator, owner, mailbox } = this.#options;
    let reading = await hydrator.read(selection, event, owner());
    for (const pause of retryAfterMs) {
      if (reading.kind !== 'unavailable' || mailbox.isClosed) break;
      await wait(pause);
      reading = await hydrator.read(selection, event, owner());
    }
    this.#count(reading.kind);
    if (reading.kind === 'deliver') this.#state = event.state ?? null;
    return reading;
  }

  #isKnown({ state }: LiveEvent): boolean {
    return state !== undefined && state === this.#state;
  }

  #resync(reason: ResyncReason): Promise<ExecutionResult> {
    const { selection, hydrator, owner, metrics } = this.#options;
    const { feed } = selection.plan;
    metrics.streamEnds.inc({ feed: feed.field, reason });
    return hydrator.say(selection, feed.resync(reason), owner());
  }

  #count(outcome: Reading['kind']): void {
    const { selection, metrics } = this.#options;
    metrics.deliveries.inc({ feed: selection.plan.feed.field, outcome });
  }
}
