import type { Actor } from '@carethread/contracts/actor.ts';
import type { ServerResponse } from 'node:http';
import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import type { AccessToken } from '../../sign-in/access-token.ts';
import type { Ending } from './event-streams.ts';

const heartbeatMs = 12_000;
/** A client that takes nothing for so long has gone, whatever the network says. */
const stalledMs = 30_000;

/** One subscription as server-sent events, in the distinct connections mode of the GraphQL over SSE protocol. */
export class EventStream implements Ending {
  readonly actor: Actor;
  readonly #response: ServerResponse;
  readonly #timers: NodeJS.Timeout[];
  #results: AsyncGenerator<ExecutionResult, void, void> | null = null;

  constructor(response: ServerResponse, token: AccessToken) {
    this.actor = token.caller.actor;
    this.#response = response;
    this.#timers = [
      setInterval(() => {
        if (!response.writableNeedDrain) response.write(':\n\n');
      }, heartbeatMs),
      setTimeout(() => this.endSession('The access token has run out.'), token.expiresAt - Date.now()),
    ];
    response.once('close', () => {
      for (const timer of this.#timers) clearTimeout(timer);
      void this.#results?.return();
    });
  }

  /** Sends results as fast as the client takes them, and ends the stream after the last. */
  async send(
    results: AsyncGenerator<ExecutionResult, void, void>,
    show: (result: ExecutionResult) => FormattedExecutionResult,
  ): Promise<void> {
    if (this.#response.closed) return void (await results.return());
    this.#results = results;
    for await (const result of results) await this.#write(next(show(result)));
    this.#end(complete);
  }

  /** Says that this token is no good any more: only another one brings the client back. */
  endSession(reason: string): void {
    const error = { message: reason, extensions: { code: 'UNAUTHENTICATED' } };
    this.#end(next({ errors: [error] }) + complete);
  }

  /** Breaks off without a last word, which a client takes for a lost connection: it comes back by itself. */
  breakOff(): void {
    this.#response.destroy();
  }

  #end(lastWords: string): void {
    if (!this.#response.writableEnded) this.#response.end(lastWords);
  }

  #write(text: string): Promise<void> {
    const response = this.#response;
    if (response.writableEnded || response.destroyed || response.write(text)) return Promise.resolve();
    return new Promise((resolve) => {
      const stalled = setTimeout(() => response.destroy(), stalledMs);
      const goOn = () => {
        clearTimeout(stalled);
        response.off('drain', goOn).off('close', goOn);
        resolve();
      };
      response.once('drain', goOn).once('close', goOn);
    });
  }
}

const next = (result: FormattedExecutionResult) => `event: next\ndata: ${JSON.stringify(result)}\n\n`;
const complete = 'event: complete\ndata:\n\n';
