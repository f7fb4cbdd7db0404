import type { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import type { Log } from '@carethread/service-kit/log.ts';
import type { RequestHandler, Response } from 'express';
import { type RequestContext, requestTimeoutMs } from '../request-context.ts';
import type { AccessTokenVerifier } from '../sign-in/access-token.ts';
import { authenticate } from '../sign-in/authenticate.ts';
import { requestIdOf, traceparentOf } from './request-id.ts';

/** Queries and mutations over HTTP, each as the person its access token names. */
export function graphqlRoute(
  apollo: ApolloServer<RequestContext>,
  verify: AccessTokenVerifier,
  log: Log,
): RequestHandler {
  return expressMiddleware(apollo, {
    context: async ({ req, res }) => {
      const deadline = Date.now() + requestTimeoutMs;
      const token = await authenticate(req.headers.authorization, verify, log);
      return {
        caller: token?.caller ?? null,
        requestId: requestIdOf(req),
        traceparent: traceparentOf(req),
        deadline,
        signal: clientGone(res),
      };
    },
  });
}

function clientGone(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}
