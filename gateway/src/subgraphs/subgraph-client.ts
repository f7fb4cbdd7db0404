import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import type { Log } from '@carethread/service-kit/log.ts';
import type { Dispatcher } from 'undici';
import type { GatewayMetrics } from '../metrics.ts';
import type { RequestContext } from '../request-context.ts';
import type { InternalTokens } from '../sign-in/internal-token.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { distinctEntities } from './distinct-entities.ts';
import { type Failure, failureOf, mayRetry } from './failure.ts';
import { post, type SubgraphAnswer } from './post.ts';

type Options = GraphQLDataSourceProcessOptions<RequestContext & Record<string, unknown>>;
type Answer = Awaited<ReturnType<GraphQLDataSource['process']>>;

export interface SubgraphClientOptions {
  name: string;
  url: string;
  dispatcher: Dispatcher;
  tokens: InternalTokens;
  metrics: GatewayMetrics;
  log: Log;
  /** How long this service may take for one answer. */
  timeoutMs?: number;
}

/**
 * How the gateway talks to one service: as the caller, within the request's deadline, with one retry where that is
 * safe, and not at all while the service is known to be down. A failure is answered as an error beside `data: null`
 * rather than thrown, so that the rest of the client's query is still answered.
 */
export class SubgraphClient implements GraphQLDataSource<RequestContext & Record<string, unknown>> {
  readonly #options: SubgraphClientOptions;
  readonly #breaker = new CircuitBreaker();

  constructor(options: SubgraphClientOptions) {
    this.#options = options;
  }

  async process(options: Options): Promise<Answer> {
    const { query, operationName, variables } = options.request;
    const entities = distinctEntities(variables);
    const body = JSON.stringify({ query, operationName, variables: entities?.variables ?? variables });
    const answer = await this.#call(
      body,
      query?.startsWith('mutation') ?? false,
      options.context as RequestContext,
    );
    if (answer.data) entities?.restore(answer.data);
    return answer;
  }

  async #call(body: string, isMutation: boolean, context: RequestContext): Promise<SubgraphAnswer> {
    const started = performance.now();
    if (!this.#breaker.admits(Date.now())) return this.#unavailable('circuit_open', context, started);
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await this.#post(body, context);
        this.#breaker.succeeded();
        this.#observe('ok', started);
        return answer;
      } catch (error) {
        const failure = failureOf(error);
        if (attempt === 1 && mayRetry(failure, isMutation) && context.deadline - Date.now() > 100) {
          await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 30));
          continue;
        }
        if (failure.blames) this.#breaker.failed(Date.now());
        else this.#breaker.abandoned();
        return this.#unavailable(failure.reason, context, started);
      }
    }
  }

  #post(body: string, context: RequestContext): Promise<SubgraphAnswer> {
    const { name, url, dispatcher, tokens, timeoutMs = 5_000 } = this.#options;
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
      authorization: `Bearer ${tokens.tokenFor(context.caller, name)}`,
      'x-request-id': context.requestId,
    };
    if (context.traceparent) headers['traceparent'] = context.traceparent;
    if (context.device) headers['x-client-device'] = context.device;
    // A service keeps a record of who was shown what, and by which door.
    if (context.live) headers['x-carethread-door'] = 'live';
    return post({
      url,
      dispatcher,
      headers,
      body,
      timeoutMs,
      deadline: context.deadline,
      signal: context.signal,
    });
  }

  #unavailable(
    reason: Failure['reason'] | 'circuit_open',
    context: RequestContext,
    started: number,
  ): SubgraphAnswer {
    const { name, log } = this.#options;
    this.#observe(reason, started);
    if (reason !== 'client_gone')
      log.warn({ subgraph: name, reason, requestId: context.requestId }, 'subgraph unavailable');
    return {
      data: null,
      errors: [
        {
          message: 'This part of the data is not available just now.',
          extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
        },
      ],
    };
  }

  #observe(outcome: string, started: number): void {
    const { name, metrics } = this.#options;
    metrics.subgraphCalls.observe({ subgraph: name, outcome }, (performance.now() - started) / 1000);
  }
}
