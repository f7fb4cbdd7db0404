import express, { type Express, type Request, type Response } from 'express';
import { InvalidToken } from '@carethread/service-kit/internal-token.ts';
import { giveClientToken, type TokenEndpoint } from './give-client-token.ts';

/**
 * POST /oauth/token, reached through the gateway: its token is what makes the address it tells of believable.
 */
export const tokenRoute =
  (endpoint: TokenEndpoint, fromGateway: (authorization: string | undefined) => Promise<unknown>) =>
  (app: Express): void => {
    const form = express.text({ type: 'application/x-www-form-urlencoded', limit: '32kb' });
    const answer = async (request: Request, response: Response): Promise<void> => {
      response.set('cache-control', 'no-store').set('pragma', 'no-cache');
      try {
        await fromGateway(request.header('authorization'));
        const text: unknown = request.body;
        const fields = new URLSearchParams(typeof text === 'string' ? text : '');
        const given = await giveClientToken(endpoint, fields, request.header('x-client-address') ?? '');
        response.status(given.status).json(given.body);
      } catch (error) {
        if (error instanceof InvalidToken) return void response.status(403).end();
        endpoint.log.error({ error }, 'token endpoint failed');
        response.status(503).json({ error: 'temporarily_unavailable' });
      }
    };
    app.post('/oauth/token', form, (request, response) => void answer(request, response));
  };
