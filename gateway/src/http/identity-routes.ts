import type { Log } from '@carethread/service-kit/log.ts';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { Agent, request as send } from 'undici';
import type { InternalTokens } from '../sign-in/internal-token.ts';
import { requestIdOf } from './request-id.ts';

const service = 'identity';
const maxBody = '32kb';
const timeoutMs = 5_000;

export interface IdentityRoutesOptions {
  /** Address of identity's GraphQL endpoint, beside which the standard endpoints are; null when there is none. */
  url: string | undefined;
  tokens: InternalTokens;
  /** Counts who tries what does not fit. */
  tried: RequestHandler;
  log: Log;
}

/**
 * The endpoints of identity that standards want as plain forms: tokens for service accounts (RFC 6749, RFC 7523) and the
 * notice that somebody signed out elsewhere (OpenID Connect Back-Channel Logout). Identity answers them; what it learns
 * from us, and believes because of our token, is the address they come from.
 */
export function identityRoutes({ url, tokens, tried, log }: IdentityRoutesOptions): {
  router: RequestHandler;
  close(): Promise<void>;
} {
  const dispatcher = new Agent({ connections: 16, keepAliveTimeout: 30_000, connect: { timeout: 500 } });

  const forward = async (request: Request, response: Response): Promise<void> => {
    try {
      if (!url) throw new Error('SUBGRAPH_URLS has no address for identity.');
      const answer = await send(new URL(request.path, url), {
        method: 'POST',
        dispatcher,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        headers: {
          'content-type': request.headers['content-type'] ?? '',
          authorization: `Bearer ${tokens.tokenFor(null, service)}`,
          'x-client-address': request.ip ?? '',
          'x-request-id': requestIdOf(request),
        },
        body: Buffer.isBuffer(request.body) ? request.body : '',
      });
      const body = await answer.body.text();
      // 401 to a client of ours is a matter between identity and that client; anything odd is our own trouble.
      if (answer.statusCode >= 500) throw new Error(`identity answered ${answer.statusCode}`);
      response.status(answer.statusCode);
      if (body) response.type('application/json');
      response.send(body);
    } catch (error) {
      log.warn({ error, requestId: requestIdOf(request) }, 'identity could not answer');
      response.status(503).json({
        error: 'temporarily_unavailable',
        error_description: 'Sign-in is not available just now; try again.',
      });
    }
  };

  const answer = (request: Request, response: Response) => void forward(request, response);
  const raw = express.raw({ type: () => true, limit: maxBody });
  return {
    router: Router()
      .post('/oauth/token', tried, raw, answer)
      .post('/oauth/back-channel-logout/:issuer', raw, answer),
    close: () => dispatcher.destroy(),
  };
}
