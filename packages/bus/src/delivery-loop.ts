import { suspicious } from './careful.ts';
import type { Delivery, Link, Subscription } from './link.ts';
import { Bell } from './pause.ts';

const largestBatch = 64;

/**
 * Takes whatever has arrived on one queue, hands it on as a batch, acknowledges it, and begins again. No timer and no
 * lanes: under load batches grow by themselves, and one transaction for many events is what makes the loop fast.
 */
export class DeliveryLoop {
  readonly #link: Link;
  readonly #queue: string;
  readonly #ended: AbortSignal;
  readonly #arrived = new Bell();
  readonly #buffer: Delivery[] = [];
  #subscription: Subscription | undefined;
  #busy = false;

  constructor(link: Link, queue: string, ended: AbortSignal) {
    this.#link = link;
    this.#queue = queue;
    this.#ended = ended;
  }

  /** Runs until the link ends. `settle` must return only when the whole batch may be acknowledged. */
  async run(
    prefetch: number,
    settle: (batch: readonly Delivery[], ended: AbortSignal) => Promise<void>,
  ): Promise<void> {
    this.#subscription = await this.#link.subscribe(this.#queue, prefetch, (delivery) => {
      this.#buffer.push(delivery);
      this.#arrived.ring();
    });
    while (!this.#ended.aborted) {
      const batch = this.#take();
      const last = batch.at(-1);
      if (!last) {
        await this.#arrived.wait(Infinity, this.#ended);
        continue;
      }
      this.#busy = true;
      await settle(batch, this.#ended);
      if (this.#link.alive) this.#subscription.ackThrough(last);
      this.#busy = false;
    }
  }

  /** Whether nothing is in hand and nothing waits in the queue. */
  async isDrained(): Promise<boolean> {
    // The first answer may overtake a delivery that is already on its way to us, the second cannot.
    for (let look = 0; look < 2; look++) {
      if (this.#busy || this.#buffer.length > 0 || !this.#subscription) return false;
      if ((await this.#subscription.waiting()) > 0) return false;
    }
    return !this.#busy && this.#buffer.length === 0;
  }

  /** The next events in order; an event that may kill the process comes alone. */
  #take(): Delivery[] {
    const suspect = this.#buffer.findIndex(({ earlierAttempts }) => earlierAttempts >= suspicious);
    return this.#buffer.splice(0, suspect < 0 ? largestBatch : Math.min(largestBatch, suspect || 1));
  }
}
