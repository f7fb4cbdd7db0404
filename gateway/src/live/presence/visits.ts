import type { Actor } from '@carethread/contracts/actor.ts';

/** One subscription to the presence of a thread. */
export interface Visit {
  readonly threadId: string;
  readonly memberId: string;
  readonly actor: Actor;
  /** Whether the member hides presence; null while nobody has said. */
  hidden: boolean | null;
  /** When it is over, in milliseconds since 1970; null while the subscription is open. */
  until: number | null;
}

/** Who of this gateway's people is in which thread: whoever subscribes, and for a while after. */
export class Visits {
  readonly #byThread = new Map<string, Set<Visit>>();

  add(visit: Visit): void {
    const visits = this.#byThread.get(visit.threadId);
    if (visits) visits.add(visit);
    else this.#byThread.set(visit.threadId, new Set([visit]));
  }

  remove(visit: Visit): void {
    const visits = this.#byThread.get(visit.threadId);
    visits?.delete(visit);
    if (visits?.size === 0) this.#byThread.delete(visit.threadId);
  }

  /** Those that `which` names, of one thread or of all. */
  find(which: (visit: Visit) => boolean, threadId?: string): Visit[] {
    const all =
      threadId === undefined ? [...this.#byThread.values()] : [this.#byThread.get(threadId) ?? new Set()];
    return all.flatMap((visits) => [...visits].filter(which));
  }

  /** Members who are there for others to see. */
  presentIn(threadId: string): Set<string> {
    return new Set(this.find(({ hidden }) => hidden === false, threadId).map(({ memberId }) => memberId));
  }

  /** Everybody who is somewhere for others to see. */
  places(): { threadId: string; memberId: string }[] {
    return [...this.#byThread.keys()].flatMap((threadId) =>
      [...this.presentIn(threadId)].map((memberId) => ({ threadId, memberId })),
    );
  }
}
