import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ExpiringCache } from '../expiring-cache.ts';
import type { RateStore, SharedLimiter } from './rate-store.ts';

const windowSeconds = 60;
/** A gateway tells the others what somebody has spent whenever it is this part of their budget. */
const shareOfBudget = 20;

/** How somebody stands in their budget. */
export interface Standing {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Until the budget is whole again. */
  readonly resetMs: number;
}

/**
 * Points per minute and key, counted here and settled with the other gateways in shares: a round trip per operation would
 * cost more than most operations. So somebody who uses little never reaches the store, and who uses all there is gets at
 * most one share more per gateway. While the store is away, each gateway counts alone.
 */
export class CostBudget {
  readonly #limit: number;
  readonly #share: number;
  readonly #here: RateLimiterMemory;
  readonly #together: SharedLimiter | null;
  readonly #unsettled = new ExpiringCache<number>(100_000);
  /** Keys that are being settled: one answer after the other, or an old one would hide what is newer. */
  readonly #underWay = new Set<string>();
  #settling: Promise<unknown> = Promise.resolve();

  constructor(name: string, limit: number, store: RateStore | null) {
    const options = { keyPrefix: name, points: limit, duration: windowSeconds };
    this.#limit = limit;
    this.#share = limit / shareOfBudget;
    this.#here = new RateLimiterMemory(options);
    this.#together = store?.limiter(options) ?? null;
  }

  /** How somebody stands who asks for nothing yet. */
  async standing(key: string): Promise<Standing> {
    const spent = (await this.#here.get(key)) ?? new RateLimiterRes(this.#limit, 0, 0);
    return this.#standing(spent, spent.consumedPoints < this.#limit);
  }

  async spend(key: string, points: number): Promise<Standing> {
    const outcome = await this.#here.consume(key, points).then(
      (spent) => ({ spent, allowed: true }),
      (spent: RateLimiterRes) => ({ spent, allowed: false }),
    );
    this.#settleShare(key, points, outcome.spent.msBeforeNext);
    return this.#standing(outcome.spent, outcome.allowed);
  }

  /** When everything that is being settled now is known everywhere. */
  async settled(): Promise<void> {
    await this.#settling;
  }

  #settleShare(key: string, points: number, windowMs: number): void {
    if (!this.#together) return;
    const owed = (this.#unsettled.get(key) ?? 0) + points;
    this.#unsettled.set(key, owed, Date.now() + windowMs);
    if (owed < this.#share || this.#underWay.has(key)) return;
    this.#underWay.add(key);
    const settling = this.#settle(this.#together, key, owed).finally(() => this.#underWay.delete(key));
    this.#settling = Promise.all([this.#settling, settling]);
  }

  async #settle(together: SharedLimiter, key: string, firstOwed: number): Promise<void> {
    for (let owed = firstOwed; owed >= this.#share; owed = this.#unsettled.get(key) ?? 0) {
      const told = await together.penalty(key, owed).catch(() => null);
      const sinceThen = Math.max(0, (this.#unsettled.get(key) ?? 0) - owed);
      const windowMs = Math.max(1, told?.msBeforeNext ?? windowSeconds * 1000);
      this.#unsettled.set(key, sinceThen, Date.now() + windowMs);
      // Where the store gave no answer, it has said so, and the count here goes on.
      if (told) await this.#here.set(key, told.consumedPoints + sinceThen, windowMs / 1000);
    }
  }

  #standing({ consumedPoints, msBeforeNext }: RateLimiterRes, allowed: boolean): Standing {
    return {
      allowed,
      limit: this.#limit,
      remaining: Math.max(0, this.#limit - consumedPoints),
      resetMs: Math.max(0, msBeforeNext),
    };
  }
}
