import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Asker, Pseudonym } from './asker.ts';
import type { RateSettings } from './rate-settings.ts';
import type { RateStore, SharedLimiter } from './rate-store.ts';
import type { Try } from './secret-fields.ts';

type Limiter = SharedLimiter | RateLimiterMemory;

/**
 * Counts tried secrets, always together with the other gateways: a share each would be many tries more. Whoever has used
 * them up is refused from memory; while the store is away, each gateway counts alone.
 */
export class TryLimit {
  readonly #accounts: Limiter;
  readonly #networks: Limiter;
  readonly #pseudonym: Pseudonym;

  constructor(settings: RateSettings, store: RateStore | null, pseudonym: Pseudonym) {
    const limiter = (keyPrefix: string, points: number): Limiter => {
      const options = { keyPrefix, points, duration: settings.RATE_TRIES_SECONDS };
      const insuranceLimiter = new RateLimiterMemory(options);
      return (
        store?.limiter({ ...options, inMemoryBlockOnConsumed: points + 1, insuranceLimiter }) ??
        insuranceLimiter
      );
    };
    this.#accounts = limiter('try', settings.RATE_TRIES_ACCOUNT);
    this.#networks = limiter('try', settings.RATE_TRIES_NETWORK);
    this.#pseudonym = pseudonym;
  }

  /** Counts tries before they are made. Answers null, or for how long no more may be made (ms). */
  async count(asker: Asker, tries: readonly Try[]): Promise<number | null> {
    for (const each of tries)
      for (const [limiter, key] of this.#keys(asker, each)) {
        const refused = await limiter.consume(key).then(
          () => null,
          (why: unknown) => (why instanceof RateLimiterRes ? why.msBeforeNext : Promise.reject(why as Error)),
        );
        if (refused !== null) return refused;
      }
    return null;
  }

  /** Gives back what turned out to be no failure. */
  async forgive(asker: Asker, tries: readonly Try[]): Promise<void> {
    await Promise.all(
      tries.flatMap((each) => this.#keys(asker, each).map(([limiter, key]) => limiter.reward(key))),
    );
  }

  #keys({ network }: Asker, { field, account }: Try): [Limiter, string][] {
    const keys: [Limiter, string][] = [[this.#networks, network]];
    if (account !== null) keys.push([this.#accounts, this.#pseudonym('account', `${field} ${account}`)]);
    return keys;
  }
}
