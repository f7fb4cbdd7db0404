import { newId } from '@carethread/contracts/ids.ts';
import { pause } from '../../src/pause.ts';

/** A client that makes requests at a steady rate, each under one key, and repeats them until they are acknowledged. */
export class Load {
  /** Aggregate by request, of all that were acknowledged. */
  readonly acknowledged = new Map<string, string>();
  /** Every request ever sent: one without an answer may or may not have had an effect. */
  readonly made = new Set<string>();
  readonly latencies: number[] = [];
  repeats = 0;
  readonly #ports: readonly number[];
  readonly #aggregates: readonly string[];
  readonly #random: () => number;
  readonly #open = new Set<Promise<void>>();
  #stopped = false;

  constructor(ports: readonly number[], aggregates: readonly string[], random: () => number) {
    this.#ports = ports;
    this.#aggregates = aggregates;
    this.#random = random;
  }

  /** While `isBehind` says so, the services have enough to do and get nothing new. */
  async run(perSecond: number, isBehind: () => boolean = () => false): Promise<void> {
    const startedAt = performance.now();
    let sent = 0;
    while (!this.#stopped) {
      while (sent < ((performance.now() - startedAt) / 1_000) * perSecond) {
        sent++;
        // While nobody answers, more of the same would only keep the machine busy.
        if (this.#open.size >= 50 || isBehind()) continue;
        const one = this.#request().finally(() => this.#open.delete(one));
        this.#open.add(one);
      }
      await pause(5);
    }
    await Promise.all(this.#open);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #request(): Promise<void> {
    const requestId = newId<'Request'>();
    const aggregateId = this.#pick(this.#aggregates);
    const startedAt = performance.now();
    this.made.add(requestId);
    for (;;) {
      try {
        const url = `http://127.0.0.1:${this.#pick(this.#ports)}/${requestId}/${aggregateId}`;
        const response = await fetch(url, { signal: AbortSignal.timeout(4_000) });
        await response.text();
        if (response.ok) break;
      } catch {
        // No answer: nobody knows whether it happened. The same key once more.
      }
      this.repeats++;
      await pause(200 + this.#random() * 300);
    }
    this.acknowledged.set(requestId, aggregateId);
    this.latencies.push(performance.now() - startedAt);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)]!;
  }
}
