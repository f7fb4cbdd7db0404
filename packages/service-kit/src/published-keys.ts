import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { Log } from './log.ts';

const freshFor = 10 * 60_000;
const staleFor = 24 * 3_600_000;
/** Unknown key ids may make us ask again this often, and no oftener: they cost an attacker nothing. */
const askAgainAfter = 30_000;
const retryAfter = 1_000;
const timeoutMs = 2_000;

/** The part of a key set (RFC 7517) that is of use here: keys of other kinds may stand beside ours. */
const keySetSchema = z.object({ keys: z.array(z.looseObject({ kid: z.string().optional() })) });

/** Thrown when a token cannot be judged now, because the keys of who signed it could not be fetched. */
export class KeysUnavailable extends Error {
  override name = 'KeysUnavailable';
}

/**
 * Somebody's public keys for ES256, by key id, from the set they publish. When to ask is decided here and not by a library's
 * rate limit, which counts refreshes and unknown ids together: a few invented ids would keep a good key from refreshing.
 */
export class PublishedKeys {
  readonly #uri: string;
  readonly #log: Log;
  readonly #now: () => number;
  #keys = new Map<string, KeyObject>();
  #fetchedAt = -Infinity;
  #askedAt = -Infinity;
  #asking: Promise<boolean> | null = null;
  /** Called after the set of keys was replaced. */
  onChange: () => void = () => {};

  constructor(jwksUri: string, log: Log, now: () => number = Date.now) {
    this.#uri = jwksUri;
    this.#log = log;
    this.#now = now;
  }

  /** The key with this id, or null when there is none. Throws KeysUnavailable. */
  async find(kid: string): Promise<KeyObject | null> {
    const age = this.#now() - this.#fetchedAt;
    const known = age < staleFor ? this.#keys.get(kid) : undefined;
    if (known) {
      if (age > freshFor && this.#mayAsk(askAgainAfter)) void this.#ask();
      return known;
    }
    const everFetched = age < staleFor;
    if (this.#asking || this.#mayAsk(everFetched ? askAgainAfter : retryAfter)) {
      if (!(await (this.#asking ?? this.#ask()))) throw new KeysUnavailable('the keys could not be fetched');
    } else if (!everFetched) throw new KeysUnavailable('the keys could not be fetched');
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
      const answer = await fetch(this.#uri, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
      if (!answer.ok) throw new Error(`The key set was answered with ${answer.status}.`);
      const { keys } = keySetSchema.parse(await answer.json());
      this.#keys = new Map(
        keys
          .filter(({ kty, crv, kid }) => kty === 'EC' && crv === 'P-256' && kid)
          .map((jwk) => [jwk.kid!, createPublicKey({ key: jwk, format: 'jwk' })]),
      );
      this.#fetchedAt = this.#now();
      this.onChange();
      return true;
    } catch (error) {
      this.#log.warn({ error, jwksUri: this.#uri }, 'published keys could not be fetched');
      return false;
    }
  }
}
