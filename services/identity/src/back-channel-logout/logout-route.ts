import type { Database } from '@carethread/service-kit/database.ts';
import { InvalidToken } from '@carethread/service-kit/internal-token.ts';
import type { Log } from '@carethread/service-kit/log.ts';
import express, { type Express, type Request, type Response } from 'express';
import type { Issuers } from '../issuers/issuers.ts';
import { ProofRefused } from '../issuers/outside-issuer.ts';
import { backChannelLogout } from './back-channel-logout.ts';

/** POST /oauth/back-channel-logout/<issuer>, reached through the gateway (OpenID Connect Back-Channel Logout 1.0, 2.5). */
export const logoutRoute =
  (
    parts: { database: Database; issuers: Issuers; now: () => Date; log: Log },
    fromGateway: (authorization: string | undefined) => Promise<unknown>,
  ) =>
  (app: Express): void => {
    const form = express.urlencoded({ extended: false, limit: '32kb' });
    const answer = async (request: Request, response: Response): Promise<void> => {
      response.set('cache-control', 'no-store');
      const { issuer = '' } = request.params as { issuer?: string };
      try {
        await fromGateway(request.header('authorization'));
        const { logout_token: token } = (request.body ?? {}) as { logout_token?: unknown };
        const ended = await backChannelLogout(parts, issuer, typeof token === 'string' ? token : '');
        if (ended === null) return void response.status(404).json({ error: 'invalid_request' });
        parts.log.info({ issuer, ended }, 'sessions ended by their issuer');
        response.status(200).end();
      } catch (error) {
        if (error instanceof InvalidToken) return void response.status(403).end();
        const refused = error instanceof ProofRefused;
        parts.log.warn({ issuer, error }, 'logout notice not taken');
        response
          .status(refused ? 400 : 503)
          .json({ error: refused ? 'invalid_request' : 'temporarily_unavailable' });
      }
    };
    app.post(
      '/oauth/back-channel-logout/:issuer',
      form,
      (request, response) => void answer(request, response),
    );
  };
