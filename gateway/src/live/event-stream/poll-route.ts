import type { Actor } from '@carethread/contracts/actor.ts';
import type { RequestHandler } from 'express';
import type { ExecutionResult } from 'graphql';
import type { Ending } from './event-streams.ts';
import { httpSubscription, type HttpSubscriptionOptions } from './http-subscription.ts';

const defaultWaitSeconds = 25;
/** What comes so soon after the first event goes with it. */
const gatherMs = 20;
const maxResults = 101;

/**
 * Subscriptions by long polling, for those whom not even a streamed answer reaches: answers as soon as there is
 * something, or empty after a while. Only a feed with a cursor loses nothing between two polls.
 */
export const pollRoute =
  (options: HttpSubscriptionOptions): RequestHandler =>
  async (request, response) => {
    const subscription = await httpSubscription(options, request, response);
    if (!subscription) return;
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).flushHeaders();
    const results = await subscription.begin();
    // The client left meanwhile, and nobody would tell us any more.
    if (response.closed) return void (await results.return());
    const poll = new Poll(subscription.token.caller.actor, results);
    options.streams.keep(poll, response);
    response.once('close', () => poll.breakOff());
    const answer = await poll.take((subscription.waitSeconds ?? defaultWaitSeconds) * 1_000);
    response.end(JSON.stringify({ ...answer, results: answer.results.map(subscription.show) }));
  };

/** One poll: a subscription that is left as soon as it has said something. */
class Poll implements Ending {
  readonly actor: Actor;
  readonly #results: AsyncGenerator<ExecutionResult, void, void>;
  #left = false;

  constructor(actor: Actor, results: AsyncGenerator<ExecutionResult, void, void>) {
    this.actor = actor;
    this.#results = results;
  }

  /** What the subscription says until there is a pause or the wait is over; and whether it has ended by itself. */
  async take(waitMs: number): Promise<{ results: ExecutionResult[]; complete: boolean }> {
    const results: ExecutionResult[] = [];
    let timer = setTimeout(() => this.breakOff(), waitMs);
    for await (const result of this.#results) {
      if (results.push(result) >= maxResults) this.breakOff();
      if (results.length > 1) continue;
      clearTimeout(timer);
      timer = setTimeout(() => this.breakOff(), gatherMs);
    }
    clearTimeout(timer);
    return { results, complete: !this.#left };
  }

  /** The next poll is refused, and says why. */
  endSession(): void {
    this.breakOff();
  }

  breakOff(): void {
    this.#left = true;
    void this.#results.return();
  }
}
