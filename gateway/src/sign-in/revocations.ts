import type { Actor } from '@carethread/contracts/actor.ts';
import { ExpiringCache } from '../expiring-cache.ts';

/** Longer than any access token lives. */
const rememberFor = 3_600_000;

/**
 * Sessions and memberships that ended before their access tokens did, as the broker tells. Kept in memory: it shortens
 * the life of a stolen or left-over token on a running gateway, the token's own expiry remains the limit.
 */
export class Revocations {
  readonly #ended = new ExpiringCache<true>(100_000);

  sessionEnded(sessionId: string): void {
    this.#ended.set(sessionId, true, Date.now() + rememberFor);
  }

  membershipEnded(membershipId: string): void {
    this.#ended.set(membershipId, true, Date.now() + rememberFor);
  }

  /** Whether this person's session or membership has ended. */
  concern(actor: Actor): boolean {
    return (
      this.#ended.get(actor.sessionId) !== undefined || this.#ended.get(actor.membershipId) !== undefined
    );
  }
}
