/** Who writes in which thread, each until a moment (milliseconds since 1970). */
export class TypingNow {
  readonly #byThread = new Map<string, Map<string, number>>();

  set(threadId: string, memberId: string, until: number): void {
    const members = this.#byThread.get(threadId);
    if (members) members.set(memberId, until);
    else this.#byThread.set(threadId, new Map([[memberId, until]]));
  }

  /** Answers whether they wrote. */
  clear(threadId: string, memberId: string): boolean {
    const members = this.#byThread.get(threadId);
    const wrote = members?.delete(memberId) ?? false;
    if (members?.size === 0) this.#byThread.delete(threadId);
    return wrote;
  }

  /** Members who write in a thread. */
  in(threadId: string, now: number): Set<string> {
    return new Set(
      [...(this.#byThread.get(threadId) ?? [])].flatMap(([id, until]) => (until > now ? [id] : [])),
    );
  }

  /** All that is known, with the milliseconds each has left. */
  all(now: number): { threadId: string; memberId: string; forMs: number }[] {
    return [...this.#byThread].flatMap(([threadId, members]) =>
      [...members].map(([memberId, until]) => ({ threadId, memberId, forMs: Math.max(0, until - now) })),
    );
  }

  /** Forgets what is over. Answers the threads in which something was. */
  expire(now: number): Set<string> {
    const over = this.all(now).filter(({ forMs }) => forMs === 0);
    for (const { threadId, memberId } of over) this.clear(threadId, memberId);
    return new Set(over.map(({ threadId }) => threadId));
  }
}
