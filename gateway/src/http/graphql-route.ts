import type { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import type { Log } from '@carethread/service-kit/log.ts';
import type { Request, RequestHandler, Response } from 'express';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import { requestTimeoutMs } from '../request-context.ts';
import type { AccessTokenVerifier } from '../sign-in/access-token.ts';
import { authenticate } from '../sign-in/authenticate.ts';
import type { Caller } from '../sign-in/caller.ts';
import type { AskedDocument, TrustedDocuments } from '../trusted-documents/trusted-documents.ts';
import { deviceOf } from './device.ts';
import type { HttpContext } from './http-context.ts';
import { requestIdOf, traceparentOf } from './request-id.ts';

export interface GraphqlRouteOptions {
  apollo: ApolloServer<HttpContext>;
  verify: AccessTokenVerifier;
  rates: RateLimits;
  documents: TrustedDocuments;
  log: Log;
}

/** Queries and mutations over HTTP, each as the person its access token names. */
export function graphqlRoute({ apollo, verify, rates, documents, log }: GraphqlRouteOptions): RequestHandler {
  return expressMiddleware(apollo, {
    context: async ({ req, res }) => {
      const deadline = Date.now() + requestTimeoutMs;
      const token = await authenticate(req.headers.authorization, { address: req.ip }, verify, log);
      const caller = token?.caller ?? null;
      const asker = rates.askerOf(caller, req.ip ?? 'unknown');
      await rates.refuseSpent(asker);
      admitDocument(req, documents, caller);
      return {
        caller,
        asker,
        requestId: requestIdOf(req),
        traceparent: traceparentOf(req),
        device: deviceOf(req.headers['user-agent']),
        deadline,
        signal: clientGone(res),
      };
    },
  });
}

/** Puts the text a hash stands for into the body, which Apollo reads after this, and lets nobody in who may not send it. */
function admitDocument(request: Request, documents: TrustedDocuments, caller: Caller | null): void {
  const { body } = request as { body: unknown };
  if (request.method === 'POST' && isSingleRequest(body)) {
    const text = documents.textOf(body);
    if (text === undefined) return;
    const extensions = body.extensions as Record<string, unknown> | undefined;
    if (extensions) delete extensions['persistedQuery'];
    body.query = text;
    delete body.documentId;
    return documents.admit(text, caller, requestIdOf(request));
  }
  const { query } = request.query;
  if (typeof query === 'string') documents.admit(query, caller, requestIdOf(request));
}

const isSingleRequest = (body: unknown): body is AskedDocument =>
  typeof body === 'object' && body !== null && !Array.isArray(body);

function clientGone(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}
