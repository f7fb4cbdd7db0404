import type { KeyObject } from 'node:crypto';
import type { Log } from '@carethread/service-kit/log.ts';
import { GraphQLError } from 'graphql';
import type { Caller } from '../sign-in/caller.ts';
import { type Asker, askerOf, type Pseudonym, pseudonyms } from './asker.ts';
import { CostBudget, type Standing } from './cost-budget.ts';
import { openRateStore, type RateStore } from './rate-store.ts';
import type { RateSettings } from './rate-settings.ts';
import type { Try } from './secret-fields.ts';
import { TryLimit } from './try-limit.ts';

/** What a document that cannot be run costs: reading it was work, too. */
const unreadable = 10;

/** How much everybody may ask, at every door. */
export class RateLimits {
  readonly #store: RateStore | null;
  readonly #pseudonym: Pseudonym;
  readonly #budgets: Readonly<Record<Asker['kind'], CostBudget>>;
  readonly #tries: TryLimit;

  constructor(settings: RateSettings, signingKey: KeyObject, log: Log) {
    const url = settings.RATE_DATABASE_URL;
    this.#store = url === undefined ? null : openRateStore(url, log);
    this.#pseudonym = pseudonyms(signingKey);
    this.#budgets = {
      app: new CostBudget('app', settings.RATE_APP, this.#store),
      partner: new CostBudget('partner', settings.RATE_PARTNER, this.#store),
      nobody: new CostBudget('nobody', settings.RATE_NOBODY, this.#store),
    };
    this.#tries = new TryLimit(settings, this.#store, this.#pseudonym);
  }

  askerOf(caller: Caller | null, address: string): Asker {
    return askerOf(caller, address, this.#pseudonym);
  }

  /** Throws RATE_LIMITED for somebody whose budget is spent, before their operation is even read. */
  async refuseSpent({ kind, key }: Asker): Promise<void> {
    const { allowed, resetMs } = await this.#budgets[kind].standing(key);
    if (!allowed) throw rateLimited(resetMs, tooMuch);
  }

  /** Pays for an operation that returns so many objects. Throws RATE_LIMITED when the budget does not suffice. */
  async spend({ kind, key }: Asker, objects: number): Promise<Standing> {
    const standing = await this.#budgets[kind].spend(key, 1 + objects);
    if (!standing.allowed) throw rateLimited(standing.resetMs, tooMuch);
    return standing;
  }

  async spendOnUnreadable({ kind, key }: Asker): Promise<void> {
    await this.#budgets[kind].spend(key, unreadable);
  }

  /** Counts secrets before they are tried. Throws RATE_LIMITED when there were too many wrong ones. */
  async countTries(asker: Asker, tries: readonly Try[]): Promise<void> {
    const refusedFor = await this.#tries.count(asker, tries);
    if (refusedFor !== null) throw rateLimited(refusedFor, 'Too many tries: wait before the next one.');
  }

  forgiveTries(asker: Asker, tries: readonly Try[]): Promise<void> {
    return this.#tries.forgive(asker, tries);
  }

  /** When the other gateways know what was spent so far. For tests. */
  async settled(): Promise<void> {
    await Promise.all(Object.values(this.#budgets).map((budget) => budget.settled()));
  }

  async close(): Promise<void> {
    await this.settled();
    await this.#store?.close();
  }
}

const tooMuch = 'You have asked for a lot in a short time: wait a moment.';

const rateLimited = (ms: number, message: string) => {
  const retryAfterMs = Math.max(1, Math.ceil(ms));
  const headers = new Map([['retry-after', String(Math.ceil(retryAfterMs / 1000))]]);
  return new GraphQLError(message, {
    extensions: { code: 'RATE_LIMITED', retryAfterMs, http: { status: 429, headers } },
  });
};
