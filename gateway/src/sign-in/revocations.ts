import type { Actor } from '@carethread/contracts/actor.ts';
import type { Log } from '@carethread/service-kit/log.ts';
import { KeysUnavailable } from '@carethread/service-kit/published-keys.ts';
import { z } from 'zod';
import { ExpiringCache } from '../expiring-cache.ts';

/** Longer than any access token lives. */
const rememberFor = 3_600_000;
const retryAfter = 1_000;

const answerSchema = z.object({
  endedIds: z.array(z.string()),
  membershipIds: z.array(z.string()),
  /** What memberships and programs may still do that lost a right. */
  memberships: z.array(z.object({ id: z.string(), permissions: z.array(z.string()) })),
  serviceAccounts: z.array(z.object({ id: z.string(), scopes: z.array(z.string()) })),
});

/**
 * What ended or shrank before the access tokens that say otherwise: sessions, memberships, their permissions, the scopes
 * of service accounts, delegations, emergency accesses. The broker tells of it; what ended while this gateway did not listen, or
 * was not there yet, identity answers (`/revocations`, beside its keys). Until it has answered once no token is judged:
 * one that was revoked must not come to life again with a new gateway. For the rest the token's own expiry is the limit.
 */
export class Revocations {
  readonly #ended = new ExpiringCache<true>(100_000);
  /** What may be done as of now in memberships that changed; nothing at all after their end. */
  readonly #permissions = new ExpiringCache<ReadonlySet<string> | 'ended'>(100_000);
  readonly #scopes = new ExpiringCache<ReadonlySet<string>>(10_000);
  readonly #url: string;
  readonly #log: Log;
  readonly #now: () => number;
  #asking: Promise<boolean> | null = null;
  #askedAt = -Infinity;
  #known = false;
  /** Something may have been missed since the last answer. */
  #missed = true;

  constructor(identityUrl: string, log: Log, now: () => number = Date.now) {
    this.#url = new URL('/revocations', identityUrl).href;
    this.#log = log;
    this.#now = now;
  }

  /** Takes the id of a session, a delegation or an emergency access that has ended. */
  ended(id: string): void {
    this.#ended.set(id, true, Date.now() + rememberFor);
  }

  membershipEnded(membershipId: string): void {
    this.#permissions.set(membershipId, 'ended', Date.now() + rememberFor);
  }

  /** A membership was granted, perhaps again, or what it allows has changed. */
  membershipAllows(membershipId: string, permissions: readonly string[]): void {
    this.#permissions.set(membershipId, new Set(permissions), Date.now() + rememberFor);
  }

  serviceAccountMay(userId: string, scopes: readonly string[]): void {
    this.#scopes.set(userId, new Set(scopes), Date.now() + rememberFor);
  }

  /** The broker is listened to (again): what it told before is asked for, until there is an answer. */
  mayHaveMissed(): void {
    this.#missed = true;
    this.#askedAt = -Infinity;
    void this.#catchUp();
  }

  /** Resolves when it is known what had ended before. Throws KeysUnavailable while that was never answered. */
  async ready(): Promise<void> {
    if (!this.#missed) return;
    const caughtUp = this.#catchUp();
    // Once there has been an answer, a later gap does not keep people waiting.
    if (!this.#known && !(await caughtUp)) throw new KeysUnavailable('revocations could not be fetched');
  }

  /** Whether a token of this actor promises what is no more. One that promises less than it could stays good. */
  concern({ sessionId, membershipId, delegationId, emergencyId, permissions, client }: Actor): boolean {
    const restsOn = [sessionId, delegationId, emergencyId];
    if (restsOn.some((id) => id !== undefined && this.#ended.get(id) !== undefined)) return true;
    const allowed = this.#permissions.get(membershipId);
    if (allowed === 'ended' || (allowed && permissions.some((each) => !allowed.has(each)))) return true;
    const scopes = client && this.#scopes.get(client.id);
    return scopes !== undefined && client!.scopes.some((each) => !scopes.has(each));
  }

  #catchUp(): Promise<boolean> {
    if (this.#asking) return this.#asking;
    if (this.#now() - this.#askedAt < retryAfter) return Promise.resolve(false);
    this.#askedAt = this.#now();
    this.#missed = false;
    this.#asking = this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #ask(): Promise<boolean> {
    try {
      const response = await fetch(this.#url, { signal: AbortSignal.timeout(2_000) });
      const answer = answerSchema.parse(await response.json());
      const { endedIds, membershipIds, memberships, serviceAccounts } = answer;
      for (const id of endedIds) this.ended(id);
      // What the broker told meanwhile is newer: a membership may have been granted again. Its sessions are in the list.
      for (const id of membershipIds) if (!this.#permissions.get(id)) this.membershipEnded(id);
      for (const { id, permissions } of memberships)
        if (!this.#permissions.get(id)) this.membershipAllows(id, permissions);
      for (const { id, scopes } of serviceAccounts)
        if (!this.#scopes.get(id)) this.serviceAccountMay(id, scopes);
      this.#known = true;
      return true;
    } catch (error) {
      this.#missed = true;
      this.#log.warn({ error }, 'revocations could not be fetched');
      return false;
    }
  }
}
