import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Actor } from '@carethread/contracts/actor.ts';

/** A restart breaks off so many per millisecond, so that clients do not all come back in the same moment. */
const breaksPerMs = 0.5;

/** A subscription over plain HTTP that can be ended from outside. */
export interface Ending {
  readonly actor: Actor;
  /** Ends it because this token is no good any more. */
  endSession(reason: string): void;
  /** Ends it so that the client comes back by itself. */
  breakOff(): void;
}

/** The subscriptions over plain HTTP that are open. */
export class EventStreams {
  readonly #open = new Set<Ending>();
  #stopping = false;

  /** Keeps it until its response closes. */
  keep(stream: Ending, response: ServerResponse): void {
    this.#open.add(stream);
    response.once('close', () => this.#open.delete(stream));
  }

  get size(): number {
    return this.#open.size;
  }

  /** Whether new ones are refused. */
  get stopping(): boolean {
    return this.#stopping;
  }

  ofSession(sessionId: string): number {
    let count = 0;
    for (const { actor } of this.#open) if (actor.sessionId === sessionId) count += 1;
    return count;
  }

  /** Ends the streams of everybody whom `concerns` names. */
  closeWhere(concerns: (actor: Actor) => boolean): void {
    for (const stream of this.#open) if (concerns(stream.actor)) stream.endSession('The session has ended.');
  }

  /** Takes no new streams, and breaks off those that are open. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const spread = this.#open.size / breaksPerMs;
    await Promise.all(
      [...this.#open].map(async (stream) => {
        await wait(spread * Math.random());
        stream.breakOff();
      }),
    );
  }
}
