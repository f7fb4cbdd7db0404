import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, OperationTypeNode } from 'graphql';
import { isAccident } from '../errors/mask-error.ts';
import type { Limits } from '../limits/limits.ts';
import { operationCost } from '../limits/operation-cost.ts';
import { malformedVariables } from '../limits/well-formed-text.ts';
import type { Standing } from '../rate-limits/cost-budget.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import { isFailure, triesIn, type Try } from '../rate-limits/secret-fields.ts';
import type { HttpContext } from './http-context.ts';

/**
 * Checks, once variables are known, what an operation asks for, lets it be paid, and counts the secrets it tries; and
 * sends subscriptions to where they work.
 */
export const admissionPlugin = (limits: Limits, rates: RateLimits): ApolloServerPlugin<HttpContext> => ({
  async requestDidStart() {
    let standing: Standing | undefined;
    let tries: Try[] = [];
    return {
      async didResolveOperation({ schema, document, operation, request, contextValue: { asker } }) {
        if (!operation) return;
        if (operation.operation === OperationTypeNode.SUBSCRIPTION) throw overHttp();
        const variables = request.variables ?? {};
        const malformed = malformedVariables(variables);
        if (malformed) throw malformed;
        const objects = operationCost(schema, document, operation, variables, limits);
        if (objects instanceof GraphQLError) throw objects;
        standing = await rates.spend(asker, objects);
        const wanted = triesIn(schema, document, operation, variables, asker.userId);
        if (wanted.length > 0) await rates.countTries(asker, wanted);
        tries = wanted;
      },
      async willSendResponse({ response, contextValue: { asker }, operation, errors = [] }) {
        if (!operation) await rates.spendOnUnreadable(asker);
        if (standing) for (const [name, value] of headersOf(standing)) response.http.headers.set(name, value);
        const { body } = response;
        if (tries.length === 0 || body.kind !== 'single' || !('data' in body.singleResult)) return;
        const { data } = body.singleResult;
        const forgiven = tries.filter(
          (each) =>
            !isFailure(each, data) ||
            errors.some(({ path, extensions: { code } }) => path?.[0] === each.responseName && isOurs(code)),
        );
        // Before the answer: the next one may come as soon as it is there.
        if (forgiven.length > 0) await rates.forgiveTries(asker, forgiven);
      },
    };
  },
});

/** Whether it failed through us: that is nobody's wrong secret. */
const isOurs = (code: unknown) => code === 'SUBGRAPH_UNAVAILABLE' || isAccident(code);

const overHttp = () =>
  new GraphQLError('Subscriptions need a WebSocket (protocol graphql-transport-ws) at this address.', {
    extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
  });

/** As the IETF draft "RateLimit header fields for HTTP" has it; times in seconds. */
const headersOf = ({ limit, remaining, resetMs }: Standing): [string, string][] => [
  ['ratelimit-policy', `"objects";q=${limit};w=60`],
  ['ratelimit', `"objects";r=${remaining};t=${Math.ceil(resetMs / 1000)}`],
];
