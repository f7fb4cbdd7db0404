import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Log } from '@carethread/service-kit/log.ts';
import jwksClient from 'jwks-rsa';

const freshFor = 10 * 60_000;
const staleFor = 24 * 3_600_000;
/** Unknown key ids may make us ask again this often, and no oftener: they cost an attacker nothing. */
const askAgainAfter = 30_000;
const retryAfter = 1_000;

/** Thrown when a token cannot be judged now, because identity's keys could not be fetched. */
export class KeysUnavailable extends Error {
  override name = 'KeysUnavailable';
}

/**
 * Identity's public keys by key id. jwks-rsa fetches and imports them; when to ask is decided here, because its own
 * rate limit counts refreshes and unknown ids together: a few invented ids would then keep a good key from refreshing.
 */
export class IdentityKeys {
  readonly #client: jwksClient.JwksClient;
  readonly #log: Log;
  readonly #now: () => number;
  #keys = new Map<string, KeyObject>();
  #fetchedAt = -Infinity;
  #askedAt = -Infinity;
  #asking: Promise<boolean> | null = null;
  /** Called after the set of keys was replaced. */
  onChange: () => void = () => {};

  constructor(jwksUri: string, log: Log, now: () => number = Date.now) {
    this.#client = jwksClient({ jwksUri, cache: false, rateLimit: false, timeout: 2_000 });
    this.#log = log;
    this.#now = now;
  }

  /** The key with this id, or null when identity has none. Throws KeysUnavailable. */
  async find(kid: string): Promise<KeyObject | null> {
    const age = this.#now() - this.#fetchedAt;
    const known = age < staleFor ? this.#keys.get(kid) : undefined;
    if (known) {
      if (age > freshFor && this.#mayAsk(askAgainAfter)) void this.#ask();
      return known;
    }
    const everFetched = age < staleFor;
    if (this.#asking || this.#mayAsk(everFetched ? askAgainAfter : retryAfter)) {
      if (!(await (this.#asking ?? this.#ask())))
        throw new KeysUnavailable('identity keys could not be fetched');
    } else if (!everFetched) throw new KeysUnavailable('identity keys could not be fetched');
    return this.#keys.get(kid) ?? null;
  }

  #mayAsk(pause: number): boolean {
    return !this.#asking && this.#now() - this.#askedAt >= pause;
  }

  #ask(): Promise<boolean> {
    this.#askedAt = this.#now();
    this.#asking = this.#fetch().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #fetch(): Promise<boolean> {
    try {
      const signing = await this.#client.getSigningKeys();
      const keys = signing.map((key) => [key.kid, createPublicKey(key.getPublicKey())] as const);
      this.#keys = new Map(keys.filter(([, key]) => key.asymmetricKeyDetails?.namedCurve === 'prime256v1'));
      this.#fetchedAt = this.#now();
      this.onChange();
      return true;
    } catch (error) {
      this.#log.warn({ error }, 'identity keys could not be fetched');
      return false;
    }
  }
}
