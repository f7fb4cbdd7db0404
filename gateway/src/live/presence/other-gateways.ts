import type { PresenceMessage } from '@carethread/contracts/presence.ts';

/** What a gateway says of its own people. */
export type OwnNews = Extract<PresenceMessage, { kind: 'moved' | 'alive' | 'whole' }>;

interface Other {
  /** Of the last move heard; -1 before the first whole. */
  number: number;
  heardAt: number;
  askedAt: number;
  seats: Map<string, Set<string>>;
}

const askAgainAfterMs = 1_000;

/**
 * Who is where at the other gateways, as each of them says. Moves are numbered: whoever misses one takes nothing more
 * until it has the whole. A gateway that says nothing for long is gone, and its people with it.
 */
export class OtherGateways {
  readonly #known = new Map<string, Other>();

  /** Takes news. Answers the threads in which somebody came or went, and whether the whole is needed. */
  take(news: OwnNews, now: number): { changed: Iterable<string>; ask: boolean } {
    const other = this.#of(news.gateway, now);
    other.heardAt = now;
    if (news.kind === 'whole') return { changed: this.#replace(other, news), ask: false };
    const expected = news.kind === 'moved' ? other.number + 1 : other.number;
    if (other.number < 0 || news.number > expected) return { changed: [], ask: this.#mayAsk(other, now) };
    if (news.kind === 'alive' || news.number < expected) return { changed: [], ask: false };
    other.number = news.number;
    seat(other.seats, news);
    return { changed: [news.threadId], ask: false };
  }

  /** Members whom some other gateway has in a thread. */
  presentIn(threadId: string): Set<string> {
    return new Set([...this.#known.values()].flatMap(({ seats }) => [...(seats.get(threadId) ?? [])]));
  }

  /** Forgets a member of a thread, wherever they are. */
  remove(threadId: string, memberId: string): void {
    for (const { seats } of this.#known.values()) seat(seats, { threadId, memberId, present: false });
  }

  /** Forgets gateways that were not heard of since `moment`. Answers the threads their people were in. */
  forgetSilentSince(moment: number): Set<string> {
    const threads = new Set<string>();
    for (const [gateway, { heardAt, seats }] of this.#known) {
      if (heardAt >= moment) continue;
      for (const threadId of seats.keys()) threads.add(threadId);
      this.#known.delete(gateway);
    }
    return threads;
  }

  /** So long nobody could be heard here, which is not their fault. */
  excuse(ms: number): void {
    for (const other of this.#known.values()) other.heardAt += ms;
  }

  get size(): number {
    return this.#known.size;
  }

  #of(gateway: string, now: number): Other {
    let other = this.#known.get(gateway);
    if (!other) {
      other = { number: -1, heardAt: now, askedAt: -Infinity, seats: new Map() };
      this.#known.set(gateway, other);
    }
    return other;
  }

  #replace(other: Other, { number, present }: Extract<OwnNews, { kind: 'whole' }>): Set<string> {
    const threads = new Set(other.seats.keys());
    other.number = number;
    other.seats = new Map();
    for (const place of present) seat(other.seats, { ...place, present: true });
    return new Set([...threads, ...other.seats.keys()]);
  }

  #mayAsk(other: Other, now: number): boolean {
    if (now - other.askedAt < askAgainAfterMs) return false;
    other.askedAt = now;
    return true;
  }
}

function seat(
  seats: Map<string, Set<string>>,
  { threadId, memberId, present }: { threadId: string; memberId: string; present: boolean },
): void {
  const members = seats.get(threadId);
  if (present && members) members.add(memberId);
  else if (present) seats.set(threadId, new Set([memberId]));
  else if (members?.delete(memberId) && members.size === 0) seats.delete(threadId);
}
