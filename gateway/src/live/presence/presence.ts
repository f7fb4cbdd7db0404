import { createHash } from 'node:crypto';
import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { principalOf } from '@carethread/contracts/policy/asker.ts';
import type { PresenceMessage, PresenceSaying } from '@carethread/contracts/presence.ts';
import type { Hub } from '../hub.ts';
import type { LiveEvent } from '../live-event.ts';
import { OtherGateways } from './other-gateways.ts';
import { TypingNow } from './typing-now.ts';
import { type Visit, Visits } from './visits.ts';

/** Milliseconds. */
export interface PresenceTimings {
  /** Writing is forgotten so long after it was said. */
  readonly typing: number;
  /** Whoever has left is still shown so long: between two polls, or while a line is cut, nobody comes and goes. */
  readonly linger: number;
  /** A gateway speaks up at least so often … */
  readonly alive: number;
  /** … and one that was not heard of for so long is gone, with its people. */
  readonly silent: number;
}
export const presenceTimings: PresenceTimings = {
  typing: 6_000,
  linger: 8_000,
  alive: 5_000,
  silent: 15_000,
};

const tickMs = 250;

export const presenceTopic = (threadId: string) => `presenceEvents ${threadId}`;

type WithoutGateway<Saying> = Saying extends unknown ? Omit<Saying, 'gateway'> : never;

/**
 * Who is in which thread and who writes, over all gateways; in memory only. A member is there while they subscribe to
 * presence at some gateway. What changes is told to those who subscribe here, and to the other gateways.
 */
export class Presence {
  readonly timings: PresenceTimings;
  readonly #hub: Pick<Hub, 'tell'>;
  readonly #say: (message: PresenceSaying) => void;
  readonly #gateway = newId<'Gateway'>();
  readonly #visits = new Visits();
  readonly #typing = new TypingNow();
  readonly #others = new OtherGateways();
  #number = 0;
  #aliveAt = 0;
  #tickedAt: number | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    hub: Pick<Hub, 'tell'>;
    /** Tells all gateways. */
    say: (message: PresenceSaying) => void;
    timings?: PresenceTimings;
  }) {
    this.#hub = options.hub;
    this.#say = options.say;
    this.timings = options.timings ?? presenceTimings;
  }

  start(): void {
    this.#timer = setInterval(() => this.tick(Date.now()), tickMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Other gateways heard of. */
  get gateways(): number {
    return this.#others.size;
  }

  /** Somebody subscribes to a thread. They are not there before `enter`. */
  visit(threadId: string, memberId: string, actor: Actor): Visit {
    const visit: Visit = { threadId, memberId, actor, hidden: null, until: null };
    this.#visits.add(visit);
    return visit;
  }

  /** They may, and hide their presence or do not. What they have chosen meanwhile is newer than that. */
  enter(visit: Visit, hidden: boolean): void {
    const { threadId, memberId } = visit;
    this.#changing(threadId, () => {
      visit.hidden ??= hidden;
      // It takes the place of those that are over and only linger.
      this.#drop((one) => one.memberId === memberId && one.until !== null, threadId);
    });
  }

  /** The subscription has ended. */
  leave(visit: Visit): void {
    if (visit.hidden === null) this.#visits.remove(visit);
    else visit.until = Date.now() + this.timings.linger;
  }

  /** A member writes, or (false) no longer does; all gateways are told. */
  typing(threadId: string, memberId: string, typing: boolean): void {
    const forMs = typing ? this.timings.typing : 0;
    this.#take({ threadId, memberId, forMs });
    this.#tellOthers({ kind: 'typing', threadId, memberId, forMs });
  }

  /** A member writes no longer, which every gateway has heard by itself. */
  stoppedTyping(threadId: string, memberId: string): void {
    this.#take({ threadId, memberId, forMs: 0 });
  }

  /** A member is out of a thread, and is gone at once. */
  left(threadId: string, memberId: string): void {
    this.#changing(threadId, () => {
      this.#drop((visit) => visit.memberId === memberId, threadId);
      this.#others.remove(threadId, memberId);
      this.#typing.clear(threadId, memberId);
    });
  }

  /** Everybody whom `concerns` names may not be here any more, and is gone at once. */
  endWhere(concerns: (actor: Actor) => boolean): void {
    for (const visit of this.#visits.find(({ actor }) => concerns(actor)))
      this.#changing(visit.threadId, () => this.#visits.remove(visit));
  }

  /** A member hides presence from now on, or shows it. */
  chosen(memberId: string, hidden: boolean): void {
    const threads = new Set<string>();
    for (const visit of this.#visits.find((one) => one.memberId === memberId)) {
      threads.add(visit.threadId);
      this.#changing(visit.threadId, () => (visit.hidden = hidden));
    }
    if (!hidden) return;
    for (const { threadId, memberId: writer } of this.#typing.all(Date.now()))
      if (writer === memberId) this.stoppedTyping(threadId, memberId);
  }

  /** What a thread's presence is to one person now. */
  eventFor(threadId: string, actor: Actor): LiveEvent {
    const own = principalOf(actor);
    const hidden = this.#visits
      .find((visit) => visit.memberId === own, threadId)
      .some((visit) => visit.hidden);
    const typing = this.#typing.in(threadId, Date.now());
    const present = new Set([
      ...this.#visits.presentIn(threadId),
      ...this.#others.presentIn(threadId),
      ...typing,
    ]);
    const members = hidden
      ? []
      : [...present]
          .filter((memberId) => memberId !== own)
          .toSorted()
          .map((memberId) => ({ memberId, typing: typing.has(memberId) }));
    const state = createHash('sha256')
      .update(JSON.stringify({ hidden, members }))
      .digest('base64url')
      .slice(0, 16);
    return {
      id: `${threadId}:${state}`,
      topics: [presenceTopic(threadId)],
      cursor: null,
      state,
      // The newest is all of it: nothing older is waited for.
      key: 'presence',
      value: { __typename: 'PresenceChanged', state, thread: { id: threadId }, hidden, members },
      traceparent: null,
    };
  }

  /** Listens to the others from now on: what they said before is not known, nor what we said to them. */
  listening(): void {
    this.#tellOthers({ kind: 'asking', of: null });
    this.#tellWhole();
  }

  /** Takes what a gateway says. */
  hear(message: PresenceMessage): void {
    if (message.gateway === this.#gateway) return;
    switch (message.kind) {
      case 'typing':
        return this.#take(message);
      case 'asking':
        if (message.of === null || message.of === this.#gateway) this.#tellWhole();
        return;
      case 'moved':
      case 'alive':
      case 'whole': {
        const { changed, ask } = this.#others.take(message, Date.now());
        if (ask) this.#tellOthers({ kind: 'asking', of: message.gateway });
        if (message.kind === 'whole') for (const typing of message.typing) this.#take(typing);
        for (const threadId of changed) this.#tell(threadId);
        return;
      }
      default:
        message satisfies never;
    }
  }

  /** Lets go of what is over at a moment. */
  tick(now: number): void {
    // After a standstill of ours, what the others said meanwhile is still to be read.
    const late = now - (this.#tickedAt ?? now) - tickMs;
    if (late > tickMs) this.#others.excuse(late);
    this.#tickedAt = now;
    for (const visit of this.#visits.find(({ until }) => until !== null && until <= now))
      this.#changing(visit.threadId, () => this.#visits.remove(visit));
    for (const threadId of this.#typing.expire(now)) this.#tell(threadId);
    for (const threadId of this.#others.forgetSilentSince(now - this.timings.silent)) this.#tell(threadId);
    if (now - this.#aliveAt < this.timings.alive) return;
    this.#aliveAt = now;
    this.#tellOthers({ kind: 'alive', number: this.#number });
  }

  #take({ threadId, memberId, forMs }: { threadId: string; memberId: string; forMs: number }): void {
    if (forMs > 0) this.#typing.set(threadId, memberId, Date.now() + Math.min(forMs, this.timings.typing));
    else if (!this.#typing.clear(threadId, memberId)) return;
    this.#tell(threadId);
  }

  #drop(which: (visit: Visit) => boolean, threadId: string): void {
    for (const visit of this.#visits.find(which, threadId)) this.#visits.remove(visit);
  }

  /** Tells who came and who went by what `change` does in a thread. */
  #changing(threadId: string, change: () => void): void {
    const before = this.#visits.presentIn(threadId);
    change();
    const after = this.#visits.presentIn(threadId);
    for (const memberId of new Set([...before, ...after])) {
      if (before.has(memberId) === after.has(memberId)) continue;
      this.#number += 1;
      const present = after.has(memberId);
      this.#tellOthers({ kind: 'moved', number: this.#number, threadId, memberId, present });
    }
    this.#tell(threadId);
  }

  #tell(threadId: string): void {
    this.#hub.tell(presenceTopic(threadId), (actor) => this.eventFor(threadId, actor));
  }

  #tellWhole(): void {
    const present = this.#visits.places();
    const typing = this.#typing.all(Date.now());
    this.#tellOthers({ kind: 'whole', number: this.#number, present, typing });
  }

  #tellOthers(saying: WithoutGateway<PresenceSaying>): void {
    this.#say({ ...saying, gateway: this.#gateway });
  }
}
